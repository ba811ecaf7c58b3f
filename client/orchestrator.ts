import type { Client } from '@temporalio/client';
import type { CancelRequest } from '../contract/cancel-request.ts';
import type { AccountRegion } from '../contract/identity.ts';
import { extendLeaseSignal } from '../contract/messages.ts';
import type { ReconcileReport } from '../contract/reconcile.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import { signalRun } from '../temporal/executions/signal-run.ts';
import { listOperations } from '../temporal/executions/list-operations.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import {
  toOperation,
  type Operation,
  type OperationReference,
  type OperationStatus,
} from '../temporal/executions/operation.ts';
import { beginning } from './beginning.ts';
import { cancelOperation } from './cancel-operation.ts';
import { createApprovals, type Approvals } from './approvals/approvals.ts';
import { createBatches, type Batches } from './batch/batches.ts';
import type { CheckOptions, RequestCheck } from './check-request.ts';
import { checkOptions, nameOrIDOption } from './check-options.ts';
import { fetchKubeconfig, type Kubeconfig, type KubeconfigOptions } from './fetch-kubeconfig.ts';
import { OperationEndingError } from './errors/operation-ending-error.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { findOperation } from './find-operation.ts';
import { statusOf } from './operation-status.ts';
import {
  reconcile,
  reconcileSchedule,
  reconcileSearch,
  type ReconcileOptions,
  type ReconcileSchedule,
  type ReconcileSearch,
} from './reconcile.ts';
import type { OnBlocked } from './result-of-sweep.ts';
import { rememberedRequests, type RememberedRequests } from './remembered-requests.ts';
import { setUp, type NamespaceSetUp } from './set-up.ts';
import { setProtection, type ProtectionChange, type SetProtection } from './protection.ts';
import { startCreate, type CreateOptions, type StartedCreate } from './start-create.ts';
import { requestDeletion } from './request-deletion.ts';
import type { DeleteOptions } from './start-delete.ts';
import { statusOfCluster } from './status-of-cluster.ts';
import { createTeardown, type Teardown } from './teardown.ts';
import { watchOperation } from './watch-operation.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export interface OrchestratorOptions extends AccountRegion {
  /** The pool whose workers serve the account and region. Absent: the account and region have workers of their own. */
  pool?: string;
  /** Temporal's client. Give it the data converter of `loadDataConverter`, so that it can read what workers write. */
  client: Client;
  /** Who asks, for people to read. What this orchestrator starts keeps it (`requestedBy`), encrypted like the rest. */
  requestedBy?: string;
}

/**
 * Creates and deletes the clusters of one account and region. The workers of that account have its credentials; the
 * orchestrator needs none.
 *
 * Its own errors extend {@link OrchestratorError}. All calls also throw the SDK's `ServiceError` if Temporal does not
 * answer, and {@link PayloadDecryptionError} if the client lacks the key for an answer.
 *
 * Wherever a call takes a `nameOrID`, a text of the form `cce-XXXXXXXX` counts as a clusterID, unless Temporal knows an
 * operation on a cluster of that name.
 */
export interface Orchestrator {
  /**
   * Starts the create of a cluster, or attaches to a create of the same name and spec that is under way. Attaching
   * changes nothing about the create that is under way, so options that it does not have are refused.
   *
   * If Temporal knows a cluster of this name, the call waits some seconds until the create has met it: a cluster of the
   * same spec is adopted as it is, without a time to live.
   *
   * @param body The body of the API's create call, or a `ValidSpec` made of it.
   * @throws InvalidSpecError, OperationEndingError
   * @throws InvalidOptionsError if the cluster would be protected from deletion and have a time to live
   * @throws SpecConflictError if the create under way, or the cluster that exists, has a different spec
   * @throws OptionsConflictError if the create under way has other options than these
   * @throws ClusterGoneError if the create under way has lost its cluster to somebody else
   * @throws EncryptionKeyError if operations of this account and region are encrypted, and this client has no key
   */
  create: (body: unknown, options?: CreateOptions) => Promise<StartedCreate>;
  /**
   * Reads the status of the latest create or delete of a cluster. A create that was refused does not hide the cluster that
   * stands: the answer is then the status of that cluster, with `refusedCreate`.
   *
   * @throws OperationNotFoundError
   */
  status: (nameOrID: string) => Promise<OperationStatus>;
  /**
   * Reads the status of one operation, also of one that a later one of its name has followed.
   *
   * @throws OperationNotFoundError
   */
  operation: (operation: OperationReference) => Promise<OperationStatus>;
  /**
   * Yields each change of an operation's status until it has ended; the last status has the outcome. While nothing moves,
   * `blockedBy` says why. All watches of a client share what they ask Temporal: at most a hundred descriptions a second, and
   * the operation itself, which is one billable action, only where its description does not tell how far it is.
   *
   * @param signal Ends the watch with an `AbortError`. The operation goes on.
   * @throws OperationNotFoundError
   *
   * @example
   * ```ts
   * for await (const { currentStep, outcome } of orchestrator.watch(create)) console.log(currentStep?.step, outcome);
   * ```
   */
  watch: (operation: OperationReference, signal?: AbortSignal) => AsyncGenerator<OperationStatus, void>;
  /**
   * Waits, at most some seconds, until it is known what an operation does: it works on a cluster, it has ended, for example
   * because the name is taken, or it is held up. Returns the status then; `undefined` if nothing is known yet.
   */
  beginning: (operation: OperationReference) => Promise<OperationStatus | undefined>;
  /** Lists all creates and deletes that Temporal still knows, newest first. */
  list: () => AsyncGenerator<Operation, void>;
  /**
   * Requests the cancellation of the create or delete under way. The clean-up goes on after this returns; `watch` shows it.
   *
   * @throws OperationNotFoundError if none is under way
   * @throws ClusterRunsError if the cluster runs and waits for the end of its time to live: a cancel would delete it.
   *   With `cleanup: 'keep'` the cancel ends the time to live and keeps the cluster.
   */
  cancel: (nameOrID: string, request?: CancelRequest) => Promise<OperationReference>;
  /**
   * Sets a new time to live for a cluster.
   *
   * @param ttlSeconds Counted from now.
   * @returns the create, and when its time to live ends (RFC 3339). `expiresAt` is absent if no worker answers, or if the
   *   cluster does not run yet.
   * @throws OperationNotFoundError if no create with a time to live is under way
   * @throws OperationEndingError if the time to live has ended and the cluster is being deleted
   */
  extendLease: (nameOrID: string, ttlSeconds: number) => Promise<OperationReference & { expiresAt?: string }>;
  /**
   * Finds orphans, that is clusters with our marker that no operation claims, and deletes them on request. Attaches only to
   * a search with the same options.
   *
   * @param onBlocked Called while nothing moves, for example because no worker polls.
   */
  reconcile: (options?: ReconcileOptions, onBlocked?: OnBlocked) => Promise<ReconcileReport>;
  /** Searches for orphans as `reconcile` does, for callers that do not wait. */
  reconcileSearch: ReconcileSearch;
  /** Repeats the search for orphans on a schedule. */
  reconcileSchedule: ReconcileSchedule;
  /**
   * Starts the delete of a cluster, or attaches to the delete under way. If a create of the cluster is under way, this
   * cancels that create, which then cleans up, and returns the create.
   *
   * A cluster without our marker is deleted only with the option `foreign`. A cluster that nobody knows ends as `absent`.
   *
   * @throws InvalidOptionsError if the text can be neither a cluster name nor a clusterID
   * @throws OptionsConflictError if a delete is under way without options that this call gives
   * @throws OperationEndingError if a clean-up is under way, and this call gives options
   */
  delete: (nameOrID: string, options?: DeleteOptions) => Promise<OperationReference>;
  /**
   * Checks the body of the API's create call before anything is created, by the rules and by what the service says of quota,
   * ranges and machine types. What the service does not tell is a warning.
   *
   * @throws InvalidSpecError if the rules find errors
   * @throws NoAnswerError if no worker polls, or none has answered in time
   */
  check: (body: unknown, options?: CheckOptions) => Promise<RequestCheck>;
  /**
   * Switches the deletion protection of a cluster on: the service then refuses its deletion, and so does everything here. May
   * be repeated. Waits, at most three minutes, until a look confirms it.
   *
   * @param onBlocked Called while nothing moves, for example because no worker polls.
   * @throws InvalidOptionsError if the text can be neither a cluster name nor a clusterID
   * @throws ClusterRequestError if there is no such cluster, several have the name, or the service refuses
   * @throws NoAnswerError if no worker polls, or none has answered in time
   */
  protect: (nameOrID: string, onBlocked?: OnBlocked) => Promise<SetProtection>;
  /**
   * Switches the deletion protection of a cluster off, as `protect` switches it on.
   *
   * @param options `foreign`: also for a cluster without our marker.
   */
  unprotect: (nameOrID: string, options?: { foreign?: boolean; onBlocked?: OnBlocked }) => Promise<SetProtection>;
  /**
   * Fetches the kubeconfig of a cluster, by default one that expires. It is encrypted for this call alone on its way through
   * Temporal, so that nobody else can read it there, then or later.
   *
   * @param onBlocked Called while nothing moves, for example because no worker polls.
   * @throws ClusterRequestError if there is no such cluster, several have the name, it does not run or has no such address, or
   *   the service refuses
   * @throws EncryptionKeyError if this client encrypts nothing
   * @throws NoAnswerError if no worker polls, or none has answered in time
   * @throws InvalidOptionsError
   *
   * @example
   * ```ts
   * const { kubeconfig } = await orchestrator.kubeconfig('ci-7', { expireHours: 8, type: 'public' });
   * ```
   */
  kubeconfig: (nameOrID: string, options?: KubeconfigOptions, onBlocked?: OnBlocked) => Promise<Kubeconfig>;
  /** Remembers requests by keys, so that a repeated request can be answered like the first one. */
  requests: RememberedRequests;
  /** Runs many creates and deletes as one batch. */
  batches: Batches;
  /** Deletions that wait until a second principal approves them. */
  approvals: Approvals;
  /** Finds clusters to delete, once or on a schedule. */
  teardown: Teardown;
  /** Tells receivers of what happens. */
  webhooks: Webhooks;
  /**
   * Creates the search attributes by which Temporal's own tools can list operations, for all accounts and regions of the
   * namespace. New operations have them after five minutes at most.
   *
   * @throws SetUpError
   */
  setUp: () => Promise<NamespaceSetUp>;
}

/** Creates an orchestrator on a Temporal client that the caller opens and closes. `connect` opens one by itself. */
export function createOrchestrator({ client, requestedBy, ...scope }: OrchestratorOptions): Orchestrator {
  const asker = requestedBy === undefined ? {} : { requestedBy };

  return {
    create: (body, options = {}) => startCreate(client, scope, body, options, asker),
    status: (nameOrID) => statusOfCluster(client, scope, nameOrID),
    async operation({ workflowID, runID }) {
      const run = await describeRun(client, workflowID, runID);
      if (run === undefined) throw new OperationNotFoundError(workflowID);
      return statusOf(client, toOperation(run), run);
    },
    watch: (operation, signal) => watchOperation(client, operation, signal),
    beginning: (operation) => beginning(client, operation),
    list: () => listOperations(client, scope),
    cancel: (nameOrID, request = {}) => cancelOperation(client, scope, nameOrID, request),
    reconcile: (options = {}, onBlocked) => reconcile(client, scope, options, onBlocked),
    reconcileSearch: reconcileSearch(client, scope, asker),
    reconcileSchedule: reconcileSchedule(client, scope),
    async check(body, options = {}) {
      const { checkRequest } = await import('./check-request.ts');
      return checkRequest(client, scope, body, options);
    },
    protect: (nameOrID, onBlocked) => switchProtection({ nameOrID, forbidDelete: true }, onBlocked),
    unprotect: (nameOrID, { foreign, onBlocked } = {}) =>
      switchProtection({ nameOrID, forbidDelete: false, foreign }, onBlocked),
    kubeconfig: (nameOrID, options = {}, onBlocked) =>
      fetchKubeconfig(client, scope, nameOrID, options, asker, onBlocked),
    requests: rememberedRequests(client, scope),
    batches: createBatches(client, scope, asker),
    approvals: createApprovals(client, scope),
    teardown: createTeardown(client, scope),
    webhooks: createWebhooks(client, scope, asker),
    setUp: () => setUp(client),
    async extendLease(nameOrID, ttlSeconds) {
      const operation = await findOperation(client, scope, nameOrID);
      if (operation?.execution !== 'running' || !operation.hasLease) {
        throw new OperationNotFoundError(nameOrID, 'running create with a time to live', operation);
      }
      const { workflowID, runID } = operation;
      const stepUnlessEnding = async (run?: string) => {
        const current = await queryCurrentStep(client, client.workflow.getHandle(workflowID, run));
        if (current?.stage === 'cleaningUp' || current?.stage === 'done') throw new OperationEndingError(workflowID);
        return current;
      };
      await stepUnlessEnding(runID);
      await signalRun(client, operation, extendLeaseSignal, { ttlSeconds });
      // The lease may have ended before the signal arrived, which then changed nothing, or gone on in a new run.
      const { expiresAt } = (await stepUnlessEnding()) ?? {};
      return { workflowID, runID, ...(expiresAt !== undefined && { expiresAt }) };
    },
    async delete(nameOrID, options = {}) {
      checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
      return requestDeletion(client, scope, nameOrID, options, asker);
    },
  };
  async function switchProtection(change: ProtectionChange, onBlocked?: OnBlocked) {
    checkOptions({ nameOrID: nameOrIDOption }, { nameOrID: change.nameOrID });
    return setProtection(client, scope, change, asker, onBlocked);
  }
}
