import type { CreateClusterRequest } from '../create-cluster.ts';
import type { InstanceSpec } from '../instance-spec.ts';
import type { MachineSpec } from '../machine-specs.ts';
import type { Problem } from '../rules/rule.ts';

interface MachineType {
  path: string;
  name: string;
}

/** The machine types of the machines that a request makes, such as `bcc.g5.c2m8`, with their paths. */
export function machineTypesOf({ masters = [], nodes = [], nodeGroups = [] }: CreateClusterRequest): MachineType[] {
  const typeOf = (path: string, spec: InstanceSpec | undefined): MachineType[] => {
    const name = spec?.instanceResource?.machineSpec;
    // An existing machine runs already.
    return name === undefined || name === '' || spec?.existed === true
      ? []
      : [{ path: `${path}.instanceResource.machineSpec`, name }];
  };
  return [
    ...masters.flatMap(({ instanceSpec }, index) => typeOf(`masters[${index}].instanceSpec`, instanceSpec)),
    ...nodes.flatMap(({ instanceSpec }, index) => typeOf(`nodes[${index}].instanceSpec`, instanceSpec)),
    ...nodeGroups.flatMap(({ instanceTemplate, instanceTemplates = [] }, group) => [
      ...typeOf(`nodeGroups[${group}].instanceTemplate`, instanceTemplate),
      ...instanceTemplates.flatMap((spec, index) => typeOf(`nodeGroups[${group}].instanceTemplates[${index}]`, spec)),
    ]),
  ];
}

/** What the service says of the machine types of a request. Nothing about types that its answer does not have. */
export function machineTypeProblems(
  request: CreateClusterRequest,
  specs: readonly MachineSpec[],
): { errors: Problem[]; warnings: Problem[] } {
  const statusOf = new Map(specs.map(({ machineSpec, status }) => [machineSpec, status]));
  const problemsOf = (status: string, message: string): Problem[] =>
    machineTypesOf(request)
      .filter(({ name }) => statusOf.get(name) === status)
      .map(({ path, name }) => ({
        path,
        rule: 'machine-type',
        message: `The machine type ${name} ${message}`,
        advice: 'Choose another machine type.',
      }));
  return {
    errors: problemsOf('NotSupported', 'is not supported by CCE.'),
    warnings: problemsOf('Unadapted', 'is not adapted to CCE yet.'),
  };
}
