import { instanceEntries, type InstanceEntry, type PartialRequest } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Machines that exist already (`existed: true`). Sources: API page (Create cluster), vendor's field list. */
export const existedInstanceRules: readonly Rule[] = [
  {
    id: 'existed-instance-id',
    description: 'A machine that exists already is named by `existedOption.existedInstanceID`.',
    severity: 'error',
    check: (request) =>
      existedInstances(request)
        .filter(({ spec }) => !spec.existedOption?.existedInstanceID)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.existedOption.existedInstanceID`,
          message: 'Nothing says which machine is meant.',
          advice: 'Set it to the ID of the machine (i-…), or remove existed to get a new one.',
        })),
  },
  {
    id: 'existed-instance-twice',
    description: 'A machine that exists already joins a cluster once.',
    severity: 'error',
    check: findRepeatedInstances,
  },
  {
    id: 'existed-count',
    description: 'An entry with a machine that exists already is that one machine: `count` is absent or 1.',
    severity: 'error',
    check: (request) =>
      existedInstances(request)
        .filter(({ set }) => set.count !== undefined && set.count !== 1)
        .map(({ path, set }) => ({
          path: `${path}.count`,
          message: `One machine cannot be used ${set.count} times.`,
          advice: 'Remove count, and write an entry of its own for each machine.',
        })),
  },
  {
    id: 'rebuild-wipes',
    description: 'A machine that exists already loses all its data unless `existedOption.rebuild` is false.',
    severity: 'warning',
    check: (request) =>
      rebuiltInstances(request).map(({ path, spec }) => ({
        path: `${path}.instanceSpec.existedOption.rebuild`,
        message:
          spec.existedOption?.rebuild === undefined
            ? 'The system of this machine will be reinstalled, since rebuild is true by default: its data will be lost.'
            : 'The system of this machine will be reinstalled: its data will be lost.',
        advice: 'Set rebuild to false, with the adminPassword of the machine, to keep its system.',
      })),
  },
  {
    id: 'rebuild-image-missing',
    description: 'A machine whose system is reinstalled should name an image: `imageID` or `instanceOS`.',
    severity: 'warning',
    check: (request) =>
      rebuiltInstances(request)
        .filter(({ spec }) => !spec.imageID && spec.instanceOS === undefined)
        .map(({ path }) => ({
          path: `${path}.instanceSpec`,
          message: 'The system of this machine will be reinstalled, and nothing says from which image.',
          advice: 'Set imageID or instanceOS.',
        })),
  },
  {
    id: 'keep-system-password',
    description: 'With `rebuild: false` the service logs in to the machine and needs its `adminPassword`.',
    severity: 'error',
    check: (request) =>
      keptInstances(request)
        .filter(({ spec }) => !spec.adminPassword)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.adminPassword`,
          message: 'The machine keeps its system, and the password to log in to it is missing.',
          advice: 'Set the password that the machine has now, as {fromEnv: NAME} or {fromFile: PATH}.',
        })),
  },
  {
    id: 'keep-system-image',
    description: 'With `rebuild: false` an image or a machine type has no effect.',
    severity: 'warning',
    check: (request) =>
      keptInstances(request).flatMap(({ path, spec }) =>
        (['imageID', 'instanceOS', 'machineType'] as const)
          .filter((field) => spec[field] !== undefined)
          .map((field) => ({
            path: `${path}.instanceSpec.${field}`,
            message: 'The machine keeps its system, so that this has no effect.',
            advice: `Remove ${field}, or set existedOption.rebuild to true to reinstall and wipe the machine.`,
          })),
      ),
  },
  {
    id: 'existed-disks',
    description: 'A machine that exists already only mounts data disks that it has: none is created for it.',
    severity: 'warning',
    check: (request) =>
      existedInstances(request)
        .filter(({ spec }) => (spec.instanceResource?.cdsList?.length ?? 0) > 0)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.instanceResource.cdsList`,
          message: 'No disk is created for a machine that exists already; where none of its own fits, none is mounted.',
          advice: 'Attach the disks to the machine before the create.',
        })),
  },
];

function existedInstances(request: PartialRequest): InstanceEntry[] {
  return instanceEntries(request).filter(({ spec }) => spec.existed === true);
}

function rebuiltInstances(request: PartialRequest): InstanceEntry[] {
  return existedInstances(request).filter(({ spec }) => spec.existedOption?.rebuild !== false);
}

function keptInstances(request: PartialRequest): InstanceEntry[] {
  return existedInstances(request).filter(({ spec }) => spec.existedOption?.rebuild === false);
}

function findRepeatedInstances(request: PartialRequest): Finding[] {
  const firstPaths = new Map<string, string>();
  return existedInstances(request).flatMap(({ path, spec }) => {
    const instanceID = spec.existedOption?.existedInstanceID;
    if (!instanceID) return [];
    const firstPath = firstPaths.get(instanceID);
    if (firstPath === undefined) {
      firstPaths.set(instanceID, path);
      return [];
    }
    return [
      {
        path: `${path}.instanceSpec.existedOption.existedInstanceID`,
        message: `The machine ${instanceID} is used already, by ${firstPath}.`,
        advice: 'Name each machine once.',
      },
    ];
  });
}
