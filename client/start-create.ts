import type { Client } from '@temporalio/client';
import diff from 'microdiff';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { redactSecrets } from '../cce/secrets.ts';
import type { Problem } from '../cce/validate.ts';
import type { CreateClusterInput } from '../contract/create.ts';
import { createWorkflowID, type Placement } from '../contract/identity.ts';
import { requestQuery } from '../contract/messages.ts';
import { memoOfCreate, type Asker, type OperationMemo } from '../contract/operation-memo.ts';
import { nodeDefaults, unmetReadiness, wantedNodes, withReadiness } from '../contract/readiness.ts';
import { unmetOptions, type Options } from '../contract/unmet-options.ts';
import { isEnding } from '../temporal/executions/query-if-answered.ts';
import { recordForCreate } from '../temporal/executions/record-of-earlier.ts';
import {
  claimRun,
  findOperationRun,
  isClaimable,
  startOperation,
  type FoundRun,
  type OperationRun,
} from '../temporal/executions/start-operation.ts';
import { isClusterLeaving } from '../temporal/executions/verify-cluster.ts';
import type { OperationReference } from '../temporal/executions/operation.ts';
import { beginning } from './beginning.ts';
import { checkNodeOptions } from './check-node-options.ts';
import { ClusterGoneError } from './errors/cluster-gone-error.ts';
import { OperationEndingError } from './errors/operation-ending-error.ts';
import { OptionsConflictError } from './errors/options-conflict-error.ts';
import { SpecConflictError } from './errors/spec-conflict-error.ts';
import { refuseProtectedLease } from './protected-lease.ts';
import { refuseClearText } from './refuse-clear-text.ts';

/** Options of a create; {@link CreateClusterInput} describes each with its default. */
export type CreateOptions = Omit<CreateClusterInput, 'request' | 'resumed' | 'knownClusterID' | 'unseenUntil'>;

export interface StartedCreate {
  workflowID: string;
  runID: string;
  /** A create of the same name and spec was already under way, and this is that create. */
  attached: boolean;
  /**
   * The cluster exists already: an earlier create made it from the same spec. Absent if that is not known yet; the outcome
   * then says so.
   */
  adopted?: { clusterID: string };
  /** Signs that the create may not do what the user intends. */
  warnings: readonly Problem[];
}

let rules: ReturnType<typeof importRules> | undefined;

/** The validation rules, loaded by the first create: no other call waits for them. */
const loadRules = () => (rules ??= importRules());
const importRules = () => import('./valid-spec.ts');

/**
 * Starts the create of a cluster, or attaches to the create under way.
 *
 * @throws InvalidSpecError, InvalidOptionsError, SpecConflictError, OptionsConflictError, OperationEndingError, ClusterGoneError
 * @throws EncryptionKeyError if operations are encrypted, and this client has no key
 */
export async function startCreate(
  client: Client,
  scope: Placement,
  body: unknown,
  options: CreateOptions,
  asker: Asker = {},
): Promise<StartedCreate> {
  const { disabledRules = [] } = options;
  const { ValidSpec } = await loadRules();
  const { request, warnings } = body instanceof ValidSpec ? body : ValidSpec.of(body, { disabledRules });
  refuseProtectedLease({ ...options, request });
  checkNodeOptions(options, request);
  await refuseClearText(client, scope);
  const wanted = withReadiness({ ...options, request });
  const workflowID = createWorkflowID(scope, request.cluster.clusterName);
  const memo = { ...memoOfCreate(wanted), ...asker };
  for (;;) {
    let earlier: FoundRun | undefined;
    let knownClusterID: string | undefined;
    const run = await startOperation(client, scope, async () => {
      earlier = await findOperationRun(client, workflowID);
      const record = await recordForCreate(client, scope, request.cluster.clusterName, earlier);
      ({ knownClusterID } = record.input);
      const input = { ...wanted, ...record.input };
      return { kind: 'create', workflowID, input, memo: { ...memo, ...record.memo } };
    });
    if (run.memo.specDigest !== memo.specDigest) {
      throw new SpecConflictError(workflowID, await differingPaths(client, run, request));
    }
    const { runID, attached } = run;
    if (!attached) {
      const adopted =
        earlier === undefined || knownClusterID === undefined
          ? undefined
          : await meet(client, run, { ...earlier, knownClusterID }, request);
      return { workflowID, runID, attached, warnings, ...(adopted !== undefined && { adopted }) };
    }
    // A caller that attached would only see it end. If no worker answers, the caller may attach.
    if (await isEnding(client, client.workflow.getHandle(workflowID))) throw new OperationEndingError(workflowID);
    if (await isClusterLeaving(client, run)) throw new ClusterGoneError(workflowID);
    const notes = refuseOtherOptions(run, memo, options, request);
    // If it has ended since, a new create adopts the cluster: nobody would learn that this caller relies on it.
    if (!(await claimRun(client, run))) continue;
    // A cancel that came before the claim counts.
    if (isClaimable(run.memo) && (await isEnding(client, client.workflow.getHandle(workflowID)))) {
      throw new OperationEndingError(workflowID);
    }
    return { workflowID, runID, attached, warnings: [...warnings, ...notes] };
  }
}

/** What holds for a create that was started without the option. */
const defaults = { onFailure: 'delete', timeoutSeconds: 3600, cleanUpTimeoutSeconds: 24 * 3600, ...nodeDefaults };

/**
 * A create under way keeps the options that it was started with. Without a word, the caller would rely on others.
 *
 * @returns what the caller should know of a create that meets its wishes otherwise than it may think
 */
function refuseOtherOptions(
  { workflowID, memo }: OperationRun,
  { options: given = {} }: OperationMemo,
  asked: CreateOptions,
  request: CreateClusterRequest,
): Problem[] {
  const { readiness: _readiness, ...others } = given;
  const actual = memo.options ?? (memo.hasLease === true ? { ttlSeconds: 'unknown' } : {});
  const lacking = unmetReadiness(asked, actual, wantedNodes(request));
  // The same command must not fail after an upgrade of the client that has started the create.
  const isOfBefore = asked.readiness === undefined && actual['readiness'] === undefined;
  const unmet = unmetOptions(others, actual, defaults);
  const isNamed = unmet.some(({ option }) => option === lacking?.option);
  const all = lacking === undefined || isOfBefore || isNamed ? unmet : [...unmet, lacking];
  if (all.length === 0) return notesOnNodes(asked, actual, lacking !== undefined, request);
  const isLease = all.some(({ option }) => option === 'ttlSeconds') && memo.hasLease === true;
  const isReadiness = all.every(({ option }) => option === 'readiness');
  const advice = isLease
    ? 'set a new time to live instead'
    : isReadiness
      ? 'attach with the readiness cluster, or create again when it has ended: that adopts its cluster and waits for the nodes'
      : 'attach without these options, or cancel it first';
  const hint = isLease ? `ccectl extend ${memo.clusterName ?? 'NAME'} --ttl` : undefined;
  throw new OptionsConflictError(workflowID, all, advice, hint);
}

function notesOnNodes(
  asked: CreateOptions,
  actual: Options,
  isLacking: boolean,
  request: CreateClusterRequest,
): Problem[] {
  const about = { path: 'readiness', rule: 'attached' };
  if (isLacking) {
    return [
      {
        ...about,
        message: 'The create under way does not wait for nodes: a client of before has started it.',
        advice: 'Create again when it has ended: that adopts its cluster and waits for the nodes.',
      },
    ];
  }
  if (asked.readiness !== 'cluster' || actual['readiness'] === undefined || wantedNodes(request) === 0) return [];
  return [
    {
      ...about,
      message: `The create under way waits for more than its cluster: its readiness is ${String(actual['readiness'])}.`,
      advice: 'Its status tells when the cluster itself runs: in the stage joiningNodes.',
    },
  ];
}

/**
 * Waits until a create has met the cluster of an earlier create of its name, which may exist still: whether it does, only
 * the service knows.
 *
 * @returns the cluster, if the create adopted it
 * @throws SpecConflictError if the cluster exists and was made from a different spec
 */
async function meet(
  client: Client,
  run: OperationReference,
  earlier: OperationRun & { knownClusterID: string },
  request: CreateClusterRequest,
): Promise<StartedCreate['adopted']> {
  const { knownClusterID, memo } = earlier;
  const begun = await beginning(client, run);
  const clusterID = begun?.clusterID ?? begun?.outcome?.clusterID;
  if (clusterID === knownClusterID) return { clusterID };
  const { type, clusterIDs = [], differingPaths: shown = [] } = begun?.outcome?.failure ?? {};
  if (type !== 'NameTaken' || clusterIDs[0] !== knownClusterID) return undefined;
  // A create in between may have been refused: then only the service can tell the spec of the cluster.
  const hasSpec = memo.clusterID === knownClusterID;
  if (hasSpec && memo.specDigest === memoOfCreate({ request }).specDigest) return undefined;
  const paths = hasSpec ? await differingPaths(client, earlier, request) : [];
  if (!hasSpec && shown.length === 0) return undefined;
  throw new SpecConflictError(run.workflowID, paths.length > 0 ? paths : shown, knownClusterID);
}

async function differingPaths(
  client: Client,
  { workflowID, runID }: OperationReference,
  request: CreateClusterRequest,
): Promise<string[]> {
  const query = () => client.workflow.getHandle(workflowID, runID).query(requestQuery);
  const other = (await client.withDeadline(Date.now() + 5_000, query).catch(() => request)) as CreateClusterRequest;
  const mine = redactSecrets(request) as CreateClusterRequest;
  return diff(other, mine).map(({ path }) =>
    path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join(''),
  );
}
