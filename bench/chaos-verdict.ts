import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { OperationStatus } from '../client/index.ts';
import type { AccountRegion } from '../contract/identity.ts';
import { readMarker } from '../contract/marker.ts';
import type { ClusterSummary } from '../simulator/admin-routes.ts';
import type { SimulatorProcess } from '../simulator/process.ts';
import { executionsOf } from '../temporal/executions/list-operations.ts';
import type { PlannedCluster } from './chaos-plan.ts';

/** The result of a planned cluster. An operation that never ended is `undefined`. */
export interface EndedCluster extends PlannedCluster {
  createEnd: OperationStatus | undefined;
  /** The end of the last requested operation. */
  end: OperationStatus | undefined;
}

/** The counts of a chaos run, and the findings, each of which is a failure. */
export interface ChaosVerdict {
  asked: number;
  outcomes: Record<string, number>;
  createRequests: number;
  createAnswersLost: number;
  clustersEverCreated: number;
  duplicatesEverCreated: number;
  /** The operations that took longest, with their seconds. */
  slowest: Record<string, number>;
  /** This list and all following ones must be empty. */
  duplicatesLeft: string[];
  orphansLeft: string[];
  /** Clusters that a create or delete reports as running or kept, but that do not exist. */
  missing: string[];
  foreignTouched: string[];
  stuck: string[];
  secretsSeen: string[];
}

export const findings = [
  'duplicatesLeft',
  'orphansLeft',
  'missing',
  'foreignTouched',
  'stuck',
  'secretsSeen',
] as const satisfies readonly (keyof ChaosVerdict)[];

export async function judge(run: {
  ended: readonly EndedCluster[];
  simulator: SimulatorProcess;
  client: Client;
  /** The IDs of clusters that existed before the run and must stay unchanged. */
  foreign: readonly string[];
  scope: AccountRegion;
  secretValue: string;
}): Promise<ChaosVerdict> {
  const { ended, simulator, foreign } = run;
  const clusters = await simulator.clusters();
  const creates = await simulator.log('createCluster');
  const ours = clusters.filter(({ clusterID }) => !foreign.includes(clusterID));
  const expected = new Map(ended.map((cluster) => [cluster.clusterName, expectedClusterID(cluster)]));
  const made = groupBy(
    creates.filter(({ effect }) => effect === 'created'),
    ({ clusterName }) => clusterName,
  );
  return {
    asked: ended.length,
    outcomes: countBy(ended.map(({ createEnd }) => createEnd?.outcome?.outcome ?? createEnd?.execution ?? 'stuck')),
    createRequests: creates.length,
    createAnswersLost: creates.filter(({ effect, status }) => effect === 'created' && status !== 200).length,
    clustersEverCreated: [...made.values()].flat().length,
    duplicatesEverCreated: [...made.values()].reduce((sum, { length }) => sum + length - 1, 0),
    slowest: slowestOf(ended),
    duplicatesLeft: [...groupBy(ours, keyOf)].filter(([, { length }]) => length > 1).map(([key]) => key),
    orphansLeft: ours.filter(({ clusterID, clusterName }) => expected.get(clusterName) !== clusterID).map(describe),
    missing: [...expected.values()].filter(
      (clusterID) => clusterID !== undefined && !clusters.some((cluster) => cluster.clusterID === clusterID),
    ) as string[],
    foreignTouched: foreign.filter(
      (clusterID) => clusters.find((cluster) => cluster.clusterID === clusterID)?.clusterPhase !== 'running',
    ),
    stuck: ended.filter(({ end, createEnd }) => !end || !createEnd).map(({ clusterName }) => clusterName),
    secretsSeen: await findSecret(run.client, run.scope, run.secretValue),
  };
}

function slowestOf(ended: readonly EndedCluster[]): Record<string, number> {
  const seconds = ended.flatMap(({ createEnd, end }) =>
    [...new Set([createEnd, end])].flatMap((operation) => {
      if (operation?.closedAt === undefined) return [];
      const { kind, clusterName = '', startedAt, closedAt } = operation;
      return [[`${kind} ${clusterName}`, Math.round((Date.parse(closedAt) - Date.parse(startedAt)) / 1000)] as const];
    }),
  );
  return Object.fromEntries(seconds.toSorted(([, left], [, right]) => right - left).slice(0, 5));
}

/** Returns the ID of the cluster that must exist at the end, according to the operations. */
function expectedClusterID({ createEnd, end }: EndedCluster): string | undefined {
  if (end?.kind === 'delete') return undefined;
  const outcome = createEnd?.outcome;
  if (outcome === undefined) return undefined;
  if (outcome.outcome === 'running') return outcome.clusterID;
  return undefined;
}

/** Two clusters with the same marker are duplicates; two with the same name need not be. */
function keyOf({ spec, clusterID }: ClusterSummary): string {
  return readMarker(spec.description)?.key ?? clusterID;
}

function describe({ clusterID, clusterName, clusterPhase }: ClusterSummary): string {
  return `${clusterName} ${clusterID} ${clusterPhase}`;
}

async function findSecret(client: Client, scope: AccountRegion, secretValue: string): Promise<string[]> {
  const seen: string[] = [];
  // A history in JSON contains payloads in Base64, where the secret can have one of three alignments.
  const needles = [0, 1, 2].map((skip) => innerBase64(secretValue, skip));
  for await (const { workflowId, runId } of client.workflow.list({ query: executionsOf(scope) })) {
    const text = historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
    if ([secretValue, ...needles].some((needle) => text.includes(needle))) seen.push(workflowId);
  }
  return seen;
}

/** Returns the part of a text's Base64 form that does not depend on the text before and after it. */
function innerBase64(text: string, skip: number): string {
  const encoded = Buffer.from('x'.repeat(skip) + text).toString('base64');
  const start = skip === 0 ? 0 : 4;
  return encoded.slice(start, start + Math.floor((text.length - (skip === 0 ? 0 : 3 - skip)) / 3) * 4);
}

function groupBy<Item, Key>(items: readonly Item[], keyOfItem: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOfItem(item), [...(groups.get(keyOfItem(item)) ?? []), item]);
  return groups;
}

function countBy(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]));
}
