import type { WorkflowHandle } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type { NodesReport } from '../../activities/nodes/watch-nodes.ts';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import type { ClusterPhase } from '../../cce/phases.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import type { Step } from '../../contract/current-step.ts';
import { cancelSignal } from '../../contract/messages.ts';
import type { FailedNode } from '../../contract/nodes.ts';

/** The contents of a scripted cloud, and its answer to each call. */
export interface CloudScript {
  /** The clusters that exist before the workflow starts, oldest first: `cce-before-1`, `cce-before-2`, … */
  clusters?: readonly Partial<CloudCluster>[];
  /** What happens to each look, in order. Further looks are answered. */
  looks?: readonly ('answered' | CceApiError)[];
  /** What happens to each create request, in order. Further requests are answered. */
  posts?: readonly PostScript[];
  /** The clusters that the requests make, in order: `cce-made-1`, `cce-made-2`, … */
  made?: readonly Partial<CloudCluster>[];
  /** Why a cluster cannot be compared with the request. */
  incomparable?: CceApiError;
  /**
   * What the watches of nodes report, in order; `never`: they are awaited for ever. The last holds for all further ones.
   *
   * @default [{ verdict: 'ready' }]
   */
  nodes?: readonly (ScriptedNodes | 'never' | ApplicationFailure)[];
  /**
   * What becomes of each request to add nodes, in order; further ones are answered. `leaving`: none is sent, since the nodes to
   * replace are there still. `failedAgain`: nor does anybody delete them. `withoutIDs`: accepted, and no look shows the nodes. An
   * error of a GET happens to a look.
   */
  additions?: readonly (
    | 'answered'
    | 'withoutIDs'
    | 'lostBeforeEffect'
    | 'lostAfterEffect'
    | 'leaving'
    | 'failedAgain'
    | CceApiError
  )[];
  /** What becomes of each request to delete failed nodes, in order; further ones are accepted. `absent`: the list lacks them. */
  removals?: readonly ('accepted' | 'absent' | CceApiError)[];
  /** The IDs of nodes that somebody adds once the nodes of a create have failed. */
  addedByOthers?: readonly string[];
  /** How many nodes run when a cluster is about to be deleted. @default 0 */
  nodesAtLast?: number;
  moments?: Moments;
  /**
   * The worker hands over to the next one: that learns at once what happens at this moment and what the call brings.
   */
  deployAt?: Moment;
}

/** A report of a watch of nodes, without the counts that follow from what is wanted. */
export interface ScriptedNodes {
  verdict: NodesReport['verdict'];
  own?: string[];
  /** @default all that are wanted, or none */
  ready?: number;
  failedNodes?: FailedNode[];
  shown?: number;
  clusterPhase?: ClusterPhase;
}

/** A cluster as the cloud keeps it. */
export interface CloudCluster {
  /** @default 'running' before, 'pending' when just made */
  clusterPhase: ClusterPhase;
  /** @default that of the request, or none for a cluster that was there before */
  description: string;
  /**
   * How many looks do not show it yet.
   *
   * @default 0
   */
  hiddenLooks: number;
  /** How many looks show it; then it is gone. @default Infinity */
  shownLooks: number;
  /**
   * How its creation ends, or why nobody can watch it; `never`: it goes on and on.
   *
   * @default 'running'
   */
  becomes: ClusterPhase | 'absent' | 'never' | ApplicationFailure;
  /**
   * How each deletion ends, why it is refused, or why nobody can watch it; the last holds for all further ones.
   *
   * @default ['absent']
   */
  deletions: readonly (ClusterPhase | 'absent' | 'never' | CceApiError | ApplicationFailure)[];
  /** Its deletion protection is on. */
  forbidDelete?: true;
  /** A delete of ours is about it; only the look of `submitCluster` finds out. */
  isBeingDeleted?: true;
  /**
   * What each look at the running cluster shows. `denied`: nothing, though it is there. `gone`: somebody has deleted it.
   * `leaving`: somebody deletes it, which `deletions` tell the end of. `unanswered`: the service cannot be asked. Further looks show the cluster.
   *
   * @default []
   */
  looks: readonly ('there' | 'denied' | 'gone' | 'leaving' | 'unanswered')[];
}

/** What happens to a create request. */
export interface PostScript {
  /** The number of clusters that it makes: 2 if a gateway delivers it twice. */
  makes: 0 | 1 | 2;
  /** `workerLost`: the attempt never reports, and its time limit ends it. */
  answer: 'given' | 'workerLost' | CceApiError | CceNetworkError;
}

/**
 * When a call arrives and before it is answered, counted from 1 for each kind of call. `step` is a watch that reports a
 * step of a creation, `leaving` one that reports a step of a deletion, `join` one of nodes.
 */
export type Moment = `${MomentKind} ${number}`;
export type MomentKind = 'look' | 'post' | 'step' | 'join' | 'delete' | 'leaving';

/** What the test does at each moment, once. */
export type Moments = { [moment in Moment]?: MomentAction } & {
  /** Before any worker serves the workflow. */
  start?: (workflow: WorkflowHandle) => unknown;
  end?: (workflow: WorkflowHandle) => unknown;
};

/** `sendLate`: makes a request take effect that seemed lost. */
export type MomentAction = (workflow: WorkflowHandle, sendLate: () => void) => unknown;

export const cancelBySignal = (cancel: CancelRequest) => (workflow: WorkflowHandle) =>
  workflow.signal(cancelSignal, cancel);
export const cancelNatively = (workflow: WorkflowHandle) => workflow.cancel();

const connectionBroke = new CceNetworkError({
  method: 'POST',
  path: '/v2/cluster',
  message: 'no answer',
  possiblyReceived: true,
});

export function refusal(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  httpStatus: number,
  code: string,
  retryAfterSeconds?: number,
): CceApiError {
  const details = { method, path: '/v2/cluster', code, message: 'no', httpStatus, requestID: 'refusal-1' };
  return new CceApiError({ ...details, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
}

export const posts = {
  answered: { makes: 1, answer: 'given' },
  lostBeforeEffect: { makes: 0, answer: connectionBroke },
  lostAfterEffect: { makes: 1, answer: connectionBroke },
  lostAndDeliveredTwice: { makes: 2, answer: connectionBroke },
  workerLostBeforeEffect: { makes: 0, answer: 'workerLost' },
  workerLostAfterEffect: { makes: 1, answer: 'workerLost' },
  throttled: { makes: 0, answer: refusal('POST', 429, 'RequestLimitExceeded') },
  overQuota: { makes: 0, answer: refusal('POST', 400, 'cce.warning.ExceedQuota') },
} as const satisfies Record<string, PostScript>;

/** Two steps; in a failed creation the second one failed. */
export function stepsOfCreation(phase: ClusterPhase): Step[] {
  const certificates = { name: 'certificates', index: 1, total: 2, retryCount: 1 };
  const masters = { name: 'masters', index: 2, total: 2, retryCount: 1 };
  const error = { code: 'NoStock', message: 'sold out', suggestion: 'take another zone', traceID: 'trace-1' };
  switch (phase) {
    case 'provisioning':
      return [
        { ...certificates, status: 'doing' },
        { ...masters, status: 'todo' },
      ];
    case 'create_failed':
      return [
        { ...certificates, status: 'done' },
        { ...masters, status: 'failed', error },
      ];
    default:
      return [
        { ...certificates, status: 'done' },
        { ...masters, status: 'done' },
      ];
  }
}

export function stepsOfDeletion(phase: ClusterPhase): Step[] {
  const status = phase === 'delete_failed' ? 'failed' : 'doing';
  return [{ name: 'machines', index: 1, total: 1, retryCount: 1, status }];
}
