import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { ApprovableChange, Decision, Principal } from '../../contract/approval.ts';
import { approvalWorkflowID, type Placement } from '../../contract/identity.ts';
import { placed } from '../../contract/placed.ts';
import type { Searchable } from '../../contract/search-attributes.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';
import { startSearchable } from '../../temporal/executions/start-searchable.ts';
import type { changeApproval } from '../../workflows/approval/change-approval.ts';
import { changesOfUpload, type ChangedCluster } from '../batch/items.ts';
import { OperationNotFoundError } from '../errors/operation-not-found-error.ts';
import { prepareChange, type ChangeToApprove, type DeletionUnderWay } from './change-to-approve.ts';
import { decide } from './decide.ts';
import { listApprovals, type ListedApproval } from './list-approvals.ts';
import { approvalStatusOf, type ApprovalStatus } from './approval-status.ts';

/** Deletions that wait until a second principal approves them. Temporal keeps them, encrypted like the rest. */
export interface Approvals {
  /**
   * Asks for the approval of a deletion, or attaches to the same request of the same principal. Once it is approved, a worker
   * starts it, whatever has become of this process.
   *
   * @throws OperationNotFoundError for a cluster name that Temporal does not know the clusterID of
   * @throws OperationEndingError for a create that has no cluster yet
   * @throws BatchConflictError, InvalidOptionsError, EncryptionKeyError as the change itself
   */
  request: (change: ChangeToApprove, terms: ApprovalTerms) => Promise<ApprovalStatus | DeletionUnderWay>;
  /** Lists the requests that wait, newest first, or with `all` every one that Temporal still knows. */
  list: (options?: { all?: boolean }) => Promise<ApprovalStatus[]>;
  /** The same without what has become of each, so that whoever shows a part of them reads only that. */
  listed: (options?: { all?: boolean }) => Promise<ListedApproval[]>;
  /** @throws OperationNotFoundError */
  status: (approval: OperationReference) => Promise<ApprovalStatus>;
  /** Reads which clusters the change is about, so that nobody approves what they have not seen. */
  clusters: (change: ApprovableChange) => Promise<ChangedCluster[]>;
  /**
   * Approves or rejects a change, and waits some seconds for its start. A repeated decision changes nothing.
   *
   * @throws ApprovalRefusedError if the principal asked for the change, somebody has decided otherwise, or the time is over
   * @throws OperationNotFoundError
   */
  decide: (approval: OperationReference, decision: Decision) => Promise<void>;
}

export interface ApprovalTerms {
  requestedBy: Principal;
  /** How long the change waits for its approval, in seconds. */
  waitSeconds: number;
}

export function createApprovals(client: Client, scope: Placement): Approvals {
  async function status({ workflowID, runID }: OperationReference): Promise<ApprovalStatus> {
    const run = await describeRun(client, workflowID, runID);
    if (run?.type !== workflowTypes.changeApproval)
      throw new OperationNotFoundError(workflowID, 'request for approval');
    return approvalStatusOf(client, run);
  }

  const listed: Approvals['listed'] = ({ all = false } = {}) => listApprovals(client, scope, !all);

  return {
    async request(asked, { requestedBy, waitSeconds }) {
      const change = await prepareChange(client, scope, asked);
      if ('underWay' in change) return change;
      const expiresAt = new Date(Date.now() + waitSeconds * 1000).toISOString();
      const { workflowId, firstExecutionRunId } = await startSearchable(client, searchableBy(change), (attributes) =>
        client.workflow.start<typeof changeApproval>(workflowTypes.changeApproval, {
          workflowId: approvalWorkflowID(scope, digestOf(change, requestedBy)),
          ...placed(scope),
          args: [{ account: scope.account, region: scope.region, change, requestedBy, expiresAt }],
          memo: { change, requestedBy, expiresAt },
          ...attributes,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      );
      return status({ workflowID: workflowId, runID: firstExecutionRunId });
    },
    list: async (options) => Promise.all((await listed(options)).map((one) => one.status())),
    listed,
    status,
    async clusters(change) {
      if (change.kind === 'reconcile') return change.orphans.map((orphan) => ({ kind: 'delete', ...orphan }));
      if (change.kind === 'batch') return changesOfUpload(client, change.upload);
      const { kind, clusterID, clusterName } = change;
      return [{ kind, clusterID, ...(clusterName !== undefined && { clusterName }) }];
    },
    decide: (approval, decision) => decide(client, status, approval, decision),
  };
}

/** The batch that an approval starts gets the same search attributes. */
function searchableBy(change: ApprovableChange): Searchable {
  return change.kind === 'batch' ? { batch: change.upload.name } : {};
}

/** Equal for equal requests of one principal. The pages of a batch are new each time, and its digest stands for them. */
function digestOf(change: ApprovableChange, { identity }: Principal): string {
  const batch = change as Partial<Extract<ApprovableChange, { kind: 'batch' }>>;
  const { upload, since: _since, deleteOptions: _options, ...rest } = batch;
  const text = JSON.stringify([identity, upload?.name, rest]);
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
