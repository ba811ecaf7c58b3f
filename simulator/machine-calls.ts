import { z } from 'zod';
import type { ClusterRecord } from './cluster-record.ts';
import { toInstance } from './instance-answer.ts';
import { clusterIDOf, findMachine, machinesOf, type Machine } from './machines.ts';
import { pageQueryShape } from './page-query.ts';
import { parseInput } from './parse-input.ts';
import { instanceNotFound } from './service-error.ts';
import type { Simulation } from './simulation.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';

/** The texts of a machine that a keyword may match, by the type of the keyword (API page; the last three: vendor's SDK). */
const keywordFields = {
  instanceName: (machine: Machine) => [nameOf(machine)],
  instanceID: ({ cceInstanceID, instanceID }: Machine) => [cceInstanceID, instanceID],
  clusterRole: ({ role }: Machine) => [role],
  k8sNodeName: ({ vpcIP }: Machine) => [vpcIP],
  vpcIP: ({ vpcIP }: Machine) => [vpcIP],
  instanceGroupID: ({ instanceGroupID = '' }: Machine) => [instanceGroupID],
};
const keywordTypes = Object.keys(keywordFields) as (keyof typeof keywordFields)[];

/** What machines are compared by. The numbers of machines follow their times. */
const orders = {
  instanceName: (machine: Machine) => nameOf(machine),
  instanceID: ({ instanceID, cceInstanceID }: Machine) => instanceID || cceInstanceID,
  createdAt: ({ startsAtMs }: Machine) => startsAtMs,
};

const listQuerySchema = z.object({
  keywordType: z.enum(keywordTypes).default('instanceName'),
  orderBy: z.enum(Object.keys(orders) as (keyof typeof orders)[]).default('instanceName'),
  ...pageQueryShape,
});

/** GET /cluster/{clusterID}/instances. The keyword matches anywhere in the field (API page: a fuzzy match). */
export function listInstances(simulation: Simulation, input: CallInput): CallOutcome {
  const record = clusterOf(simulation, input);
  const page = parseInput(listQuerySchema, input.query);
  const fieldsOf = keywordFields[page.keywordType];
  const machines = machinesOf(record, simulation.options.now());
  const matching =
    page.keyword === ''
      ? machines
      : machines.filter((machine) => fieldsOf(machine).some((field) => field.includes(page.keyword)));
  const keyOf = orders[page.orderBy];
  matching.sort((left, right) => compare(keyOf(left), keyOf(right)) || left.number - right.number);
  if (page.order === 'DESC') matching.reverse();
  const first = (page.pageNo - 1) * page.pageSize;
  const instanceList = matching
    .slice(first, first + page.pageSize)
    .map((machine) => toInstance(record.clusterID, machine));
  const { clusterID } = record;
  return { body: { instancePage: { clusterID, ...page, totalCount: matching.length, instanceList } } };
}

/** GET /cluster/{clusterID}/instance/{instanceID}, for both forms of the ID. */
export function getInstance(simulation: Simulation, input: CallInput): CallOutcome {
  const { clusterID } = clusterOf(simulation, input);
  const { record, machine } = instanceOf(simulation, input.params['instanceID'] ?? '', clusterID);
  return { body: { instance: toInstance(record.clusterID, machine) } };
}

/**
 * Finds a machine, in all clusters unless the caller names one.
 *
 * @throws `ServiceError` 404 if it does not exist.
 */
export function instanceOf(
  { clusters, options }: Simulation,
  instanceID: string,
  ofCluster = clusterIDOf(instanceID),
): { record: ClusterRecord; machine: Machine } {
  const named = ofCluster === undefined ? undefined : clusters.find(ofCluster);
  // The ID of a machine that existed before says nothing about its cluster.
  const candidates = named === undefined ? clusters.withExistedMachine(instanceID) : [named];
  for (const record of candidates) {
    const machine = findMachine(record, instanceID, options.now());
    if (machine !== undefined) return { record, machine };
  }
  throw instanceNotFound(instanceID);
}

function nameOf({ spec, cceInstanceID }: Machine): string {
  return spec.instanceName || cceInstanceID;
}

function compare(left: string | number, right: string | number): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
