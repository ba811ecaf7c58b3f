import { instanceEntries, type InstanceEntry, type PartialRequest } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Rules for existing machines (`existed: true`). Sources: API page (Create cluster), vendor's field list. */
export const existedInstanceRules: readonly Rule[] = [
  {
    id: 'existed-instance-id',
    description: 'An existing machine needs its ID in `existedOption.existedInstanceID`.',
    severity: 'error',
    check: (request) =>
      existedInstances(request)
        .filter(({ spec }) => !spec.existedOption?.existedInstanceID)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.existedOption.existedInstanceID`,
          message: 'existed is true, but the ID of the existing machine is missing.',
          advice: 'Set it to the ID of the machine (i-…), or remove existed to get a new machine.',
        })),
  },
  {
    id: 'existed-instance-twice',
    description: 'An existing machine appears only once in a request.',
    severity: 'error',
    check: findRepeatedInstances,
  },
  {
    id: 'existed-count',
    description: 'An entry for an existing machine describes one machine: `count` is absent or 1.',
    severity: 'error',
    check: (request) =>
      existedInstances(request)
        .filter(({ set }) => set.count !== undefined && set.count !== 1)
        .map(({ path, set }) => ({
          path: `${path}.count`,
          message: `The entry describes one existing machine, but count is ${set.count}.`,
          advice: 'Remove count, and add a separate entry for each machine.',
        })),
  },
  {
    id: 'rebuild-wipes',
    description: 'An existing machine loses all its data unless `existedOption.rebuild` is false.',
    severity: 'warning',
    check: (request) =>
      rebuiltInstances(request).map(({ path, spec }) => ({
        path: `${path}.instanceSpec.existedOption.rebuild`,
        message:
          spec.existedOption?.rebuild === undefined
            ? 'The service will reinstall this machine and erase its data, because rebuild defaults to true.'
            : 'The service will reinstall this machine and erase its data.',
        advice: 'To keep its system and data, set rebuild to false and adminPassword to its current password.',
      })),
  },
  {
    id: 'rebuild-image-missing',
    description: 'An existing machine that is reinstalled should specify an image: `imageID` or `instanceOS`.',
    severity: 'warning',
    check: (request) =>
      rebuiltInstances(request)
        .filter(({ spec }) => !spec.imageID && spec.instanceOS === undefined)
        .map(({ path }) => ({
          path: `${path}.instanceSpec`,
          message: 'The service will reinstall this machine, but the request specifies no image.',
          advice: 'Set imageID or instanceOS.',
        })),
  },
  {
    id: 'keep-system-password',
    description: 'With `rebuild: false` the service logs in to the machine, so it needs the `adminPassword`.',
    severity: 'error',
    check: (request) =>
      keptInstances(request)
        .filter(({ spec }) => !spec.adminPassword)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.adminPassword`,
          message: 'The machine keeps its system (rebuild is false), but the password to log in to it is missing.',
          advice: 'Set it to the current password of the machine, as {fromEnv: NAME} or {fromFile: PATH}.',
        })),
  },
  {
    id: 'keep-system-image',
    description: 'With `rebuild: false`, an image or a machine type has no effect.',
    severity: 'warning',
    check: (request) =>
      keptInstances(request).flatMap(({ path, spec }) =>
        (['imageID', 'instanceOS', 'machineType'] as const)
          .filter((field) => spec[field] !== undefined)
          .map((field) => ({
            path: `${path}.instanceSpec.${field}`,
            message: `The machine keeps its system (rebuild is false), so ${field} has no effect.`,
            advice: `Remove ${field}, or set existedOption.rebuild to true to reinstall the machine and erase its data.`,
          })),
      ),
  },
  {
    id: 'existed-disks',
    description: 'An existing machine mounts only the data disks that it already has; the service creates none for it.',
    severity: 'warning',
    check: (request) =>
      existedInstances(request)
        .filter(({ spec }) => (spec.instanceResource?.cdsList?.length ?? 0) > 0)
        .map(({ path }) => ({
          path: `${path}.instanceSpec.instanceResource.cdsList`,
          message:
            'The service creates no disks for an existing machine; it mounts an attached disk that fits, if there is one.',
          advice: 'Attach the disks to the machine before you create the cluster.',
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
        message: `The request already uses the machine ${instanceID} (${firstPath}).`,
        advice: 'Remove one of the two entries, or change its ID.',
      },
    ];
  });
}
