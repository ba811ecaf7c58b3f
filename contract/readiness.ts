import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { Options, UnmetOption } from './unmet-options.ts';

/** What a create waits for, and what it does about nodes that fail. */
export interface NodeOptions {
  /**
   * When the cluster counts as running:
   *
   * - `cluster`: as soon as its masters run. The outcome does not count its nodes.
   * - `nodes`: when all nodes run that the spec asks for.
   * - `nodes>=N`: when N of them run.
   * - `N%`: when this share of them runs, rounded up.
   *
   * A spec without nodes has nothing to wait for. A create whose input has none, as those of clients of before, does not wait.
   *
   * @default 'nodes'
   */
  readiness?: string;
  /**
   * The maximum time from the moment when the cluster runs until its nodes do, in seconds.
   *
   * @default 5400
   */
  nodeTimeoutSeconds?: number;
  /**
   * What to do when so many nodes fail that the cluster cannot become ready:
   *
   * - `fail`: the create fails, and `onFailure` says what happens to the cluster.
   * - `replace`: delete the failed nodes and add others of the same spec; fail when `maxReplacements` are used up.
   * - `accept`: the cluster counts as running when no node is on its way any more, or at the time limit, if at least one
   *   runs, or as many as a number or share in `readiness`.
   *
   * @default 'fail'
   */
  onNodeFailure?: 'fail' | 'replace' | 'accept';
  /**
   * The maximum number of failed nodes that `replace` replaces in one create.
   *
   * @default 3
   */
  maxReplacements?: number;
}

/** A node takes four minutes in the vendor's example. One took an hour, since a step was run again. */
export const defaultNodeTimeoutSeconds = 5_400;

export const defaultMaxReplacements = 3;

/** The longest time limit for nodes: a week. */
const longestNodeTimeoutSeconds = 604_800;

const mostReplacements = 100;

/** What holds for a create that was started without the option. Clients of before gave no readiness: nobody waits for nodes. */
export const nodeDefaults = {
  readiness: 'cluster',
  nodeTimeoutSeconds: defaultNodeTimeoutSeconds,
  onNodeFailure: 'fail',
  maxReplacements: defaultMaxReplacements,
} as const;

/** The number of nodes that a create request asks for, node groups included. Masters are not nodes. */
export function wantedNodes({ nodes = [], nodeGroups = [] }: CreateClusterRequest): number {
  const single = nodes.map(({ count = 1, instanceSpec }) => (instanceSpec.clusterRole === 'master' ? 0 : count));
  const grouped = nodeGroups.map(({ replicas = 0, clusterRole }) => (clusterRole === 'master' ? 0 : replicas));
  return [...single, ...grouped].reduce((sum, count) => sum + Math.max(0, count), 0);
}

/** The number of nodes that must run. `undefined` if the readiness is malformed. */
export function neededNodes(readiness: string, wanted: number): number | undefined {
  if (readiness === 'cluster') return 0;
  if (readiness === 'nodes') return wanted;
  const [, atLeast] = /^nodes>=([1-9]\d{0,5})$/.exec(readiness) ?? [];
  if (atLeast !== undefined) return Number(atLeast);
  const [, percent] = /^([1-9]\d?|100)%$/.exec(readiness) ?? [];
  return percent === undefined ? undefined : Math.ceil((wanted * Number(percent)) / 100);
}

/** With how many running nodes a create ends well at last. A malformed readiness counts as `nodes`. */
export function leastNodes(
  { readiness = 'cluster', onNodeFailure }: { readiness?: string | undefined; onNodeFailure?: string | undefined },
  wanted: number,
): number {
  const needed = neededNodes(readiness, wanted) ?? wanted;
  // Somebody who gives a number means it, even if failures are accepted.
  return readiness === 'nodes' && onNodeFailure === 'accept' ? Math.min(1, needed) : needed;
}

/**
 * What a create under way lacks for a caller that would attach to it: it ends well with fewer nodes than the caller wants. More
 * nodes meet every wish. `undefined` if it lacks nothing.
 *
 * @param asked Those of the caller, with the default if it gave none.
 * @param has Those that the create was started with.
 */
export function unmetReadiness(
  asked: Pick<NodeOptions, 'readiness' | 'onNodeFailure'>,
  has: Options,
  wanted: number,
): UnmetOption | undefined {
  const { readiness = 'nodes', onNodeFailure = 'fail' } = asked;
  const { readiness: ofRun = 'cluster', onNodeFailure: policyOfRun = 'fail' } = has;
  const ofRunLeast = leastNodes({ readiness: String(ofRun), onNodeFailure: String(policyOfRun) }, wanted);
  if (leastNodes({ readiness, onNodeFailure }, wanted) <= ofRunLeast) return undefined;
  return readiness === ofRun
    ? { option: 'onNodeFailure', asked: onNodeFailure, actual: policyOfRun }
    : { option: 'readiness', asked: readiness, actual: ofRun };
}

/** What {@link NodeOptions.readiness} must be, for people. */
export const readinessForm = 'cluster, nodes, nodes>=N or N%';

/** Whether a text has the form of a readiness. */
export function isReadiness(text: string): boolean {
  return neededNodes(text, 1) !== undefined;
}

/**
 * Adds the readiness that holds by default. Only new clients do that: a create whose input has none behaves as creates of
 * before did.
 */
export function withReadiness<Input extends NodeOptions & { request: CreateClusterRequest }>(input: Input): Input {
  const { readiness = 'nodes', ...rest } = input;
  // Nobody waits for nodes that nobody asked for, so that creates of such a spec do not differ.
  return (wantedNodes(input.request) === 0 ? rest : { ...rest, readiness }) as Input;
}

/** The maximum time until the cluster of a create is ready, in seconds. */
export function secondsUntilReady({
  timeoutSeconds = 3_600,
  readiness = 'cluster',
  nodeTimeoutSeconds = defaultNodeTimeoutSeconds,
}: NodeOptions & { timeoutSeconds?: number }): number {
  return timeoutSeconds + (readiness === 'cluster' ? 0 : nodeTimeoutSeconds);
}

/** What is wrong with the options of a create. Paths are those of {@link NodeOptions}. */
export function nodeOptionProblems(
  { readiness, nodeTimeoutSeconds, onNodeFailure, maxReplacements }: { [name in keyof NodeOptions]?: unknown },
  request: CreateClusterRequest,
): { path: keyof NodeOptions; message: string }[] {
  const wanted = wantedNodes(request);
  const needed = typeof readiness === 'string' ? neededNodes(readiness, wanted) : undefined;
  const problems: [path: keyof NodeOptions, message: string | undefined | false][] = [
    ['readiness', readiness !== undefined && needed === undefined && `is not ${readinessForm}`],
    ['readiness', needed !== undefined && needed > wanted && `asks for ${needed} nodes, and the spec for ${wanted}`],
    [
      'nodeTimeoutSeconds',
      !isWhole(nodeTimeoutSeconds, longestNodeTimeoutSeconds) && wholeForm(longestNodeTimeoutSeconds),
    ],
    [
      'onNodeFailure',
      onNodeFailure !== undefined &&
        !['fail', 'replace', 'accept'].includes(onNodeFailure as string) &&
        'is not fail, replace or accept',
    ],
    ['onNodeFailure', onNodeFailure === 'replace' && irreplaceable(request)],
    ['maxReplacements', !isWhole(maxReplacements, mostReplacements) && wholeForm(mostReplacements)],
  ];
  return problems.flatMap(([path, message]) => (typeof message === 'string' ? [{ path, message }] : []));
}

/** Why failed nodes of this request cannot be replaced. */
function irreplaceable({ nodes = [], nodeGroups = [] }: CreateClusterRequest): string | undefined {
  if (nodes.some(({ instanceSpec }) => instanceSpec.existed === true))
    return 'cannot replace machines that existed before';
  if (nodeGroups.length > 0) return 'cannot replace nodes of node groups, which the service itself keeps';
  // Nothing that the service shows of a node tells which set it belongs to.
  return nodes.length > 1 ? 'cannot replace nodes if the spec has several sets of nodes' : undefined;
}

function isWhole(value: unknown, most: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most);
}

function wholeForm(most: number): string {
  return `is not a whole number from 1 to ${most}`;
}
