import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CancelRequest } from '../contract/cancel-request.ts';
import type { AccountRegion } from '../contract/identity.ts';
import { cancelSignal, extendLeaseSignal } from '../contract/messages.ts';
import type { ReconcileReport } from '../contract/reconcile.ts';
import { createBatches, type Batches } from './batch/batches.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { describeOperation, findOperation, listOperations } from './find-operation.ts';
import { statusOf } from './operation-status.ts';
import type { Operation, OperationReference, OperationStatus } from './operation.ts';
import { reconcile, reconcileSchedule, type ReconcileOptions, type ReconcileSchedule } from './reconcile.ts';
import { setUp, type NamespaceSetUp } from './set-up.ts';
import { startCreate, type CreateOptions, type StartedCreate } from './start-create.ts';
import { startDelete, type DeleteOptions } from './start-delete.ts';
import { createTeardown, type Teardown } from './teardown.ts';

export interface OrchestratorOptions extends AccountRegion {
  client: Client;
}

/**
 * The one way in for backends and command lines: one account and region, whose worker has the credentials.
 *
 * Besides the errors that are named, all calls throw the SDK's `ServiceError` when Temporal cannot be reached.
 */
export interface Orchestrator {
  /**
   * Starts the create of a cluster, or attaches to a create of the same name and spec that is under way. Attaching
   * changes nothing about the create that is under way, whatever `options` say.
   *
   * @param body The body of the API's create call, or a `ValidSpec` made of it.
   * @throws InvalidSpecError, SpecConflictError, OperationEndingError
   */
  create: (body: unknown, options?: CreateOptions) => Promise<StartedCreate>;
  /**
   * Where the latest create or delete of a cluster stands.
   *
   * @throws OperationNotFoundError
   */
  status: (nameOrID: string) => Promise<OperationStatus>;
  /** Each change of an operation's status until it has ended; the last one carries the outcome. */
  watch: (operation: OperationReference, signal?: AbortSignal) => AsyncGenerator<OperationStatus, void>;
  /** In Temporal's order, which is newest first. */
  list: () => AsyncGenerator<Operation, void>;
  /**
   * Cancels the create or delete that is under way. Cleaning up goes on after this returns; `watch` shows it.
   *
   * @throws OperationNotFoundError where none is under way
   */
  cancel: (nameOrID: string, request?: CancelRequest) => Promise<OperationReference>;
  /**
   * Sets the time to live of a cluster anew, counted from now.
   *
   * @throws OperationNotFoundError where no create with a time to live is under way
   */
  extendLease: (nameOrID: string, ttlSeconds: number) => Promise<OperationReference>;
  /** Looks for clusters of ours that nobody claims any more, and deletes those if asked to. */
  reconcile: (options?: ReconcileOptions) => Promise<ReconcileReport>;
  /** The same, again and again. */
  reconcileSchedule: ReconcileSchedule;
  /**
   * Starts to delete a cluster, made by whom ever, or attaches to the delete that is under way. While a create of the
   * cluster is under way, that is cancelled instead and cleans up; then it is the operation that is returned.
   */
  delete: (nameOrID: string, options?: DeleteOptions) => Promise<OperationReference>;
  /** Many creates and deletes as one thing. */
  batches: Batches;
  /** Finds clusters to delete, once or again and again. */
  teardown: Teardown;
  /**
   * Makes the search attributes that operations are listed by in Temporal's own tools, for all accounts and regions of
   * the namespace. Operations that are started from then on have them, five minutes later at most.
   *
   * @throws SetUpError
   */
  setUp: () => Promise<NamespaceSetUp>;
}

/** How often `watch` asks; a query costs the history nothing. */
const watchIntervalMs = 1_000;

export function createOrchestrator({ client, ...scope }: OrchestratorOptions): Orchestrator {
  async function* watch({ workflowID, runID }: OperationReference, signal?: AbortSignal) {
    // Ends the last pause at once when the operation ends; how it ended is read from its status.
    const ended = client.workflow.getHandle(workflowID, runID).result().then(ignore, ignore);
    for (let last = ''; ;) {
      const operation = await describeOperation(client, workflowID, runID);
      if (operation === undefined) throw new OperationNotFoundError(workflowID);
      const status = await statusOf(client, operation);
      // A worker that does not answer, perhaps since it restarts, is no news.
      const isNews = status.execution !== 'running' || status.currentStep !== undefined;
      const seen = JSON.stringify([status.execution, status.currentStep]);
      if (isNews && seen !== last) yield status;
      if (status.execution !== 'running') return;
      last = seen;
      await Promise.race([ended, pause(watchIntervalMs, undefined, signal === undefined ? {} : { signal })]);
    }
  }

  async function cancel({ workflowID, runID }: OperationReference, request: CancelRequest) {
    await client.workflow.getHandle(workflowID, runID).signal(cancelSignal, request);
    return { workflowID, runID };
  }

  return {
    create: (body, options = {}) => startCreate(client, scope, body, options),
    async status(nameOrID) {
      const operation = await findOperation(client, scope, nameOrID);
      if (operation === undefined) throw new OperationNotFoundError(nameOrID);
      return statusOf(client, operation);
    },
    watch,
    list: () => listOperations(client, scope),
    async cancel(nameOrID, request = {}) {
      const operation = await findOperation(client, scope, nameOrID);
      if (operation?.execution !== 'running') throw new OperationNotFoundError(nameOrID, 'running create or delete');
      return cancel(operation, request);
    },
    reconcile: (options = {}) => reconcile(client, scope, options),
    reconcileSchedule: reconcileSchedule(client, scope),
    batches: createBatches(client, scope),
    teardown: createTeardown(client, scope),
    setUp: () => setUp(client),
    async extendLease(nameOrID, ttlSeconds) {
      const operation = await findOperation(client, scope, nameOrID);
      if (operation?.execution !== 'running' || !operation.hasLease) {
        throw new OperationNotFoundError(nameOrID, 'running create with a time to live');
      }
      const { workflowID, runID } = operation;
      await client.workflow.getHandle(workflowID, runID).signal(extendLeaseSignal, { ttlSeconds });
      return { workflowID, runID };
    },
    async delete(nameOrID, { waitForRelease = false, ...deleteOptions } = {}) {
      const operation = await findOperation(client, scope, nameOrID);
      if (operation?.kind === 'create' && operation.execution === 'running') {
        return cancel(operation, { cleanup: 'delete', deleteOptions, reason: 'its deletion was asked for' });
      }
      const isName = operation?.clusterName === nameOrID;
      return startDelete(client, scope, nameOrID, isName, { waitForRelease, ...deleteOptions });
    },
  };
}

function ignore(): void {}
