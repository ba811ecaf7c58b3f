import type { FastifyRequest } from 'fastify';
import { isClusterID, type BatchOutcome, type BatchStatus } from '../../client/index.ts';
import { maySee, principalOf } from './authorize.ts';

/** The status of a batch without the names of clusters that the token is not for. The counts of all items stay. */
export function visibleBatch(request: Pick<FastifyRequest, 'principal'>, status: BatchStatus): BatchStatus {
  if (principalOf(request).names === undefined) return status;
  const isVisible = (nameOrID: string) =>
    // Nobody knows here which name belongs to the ID, and a pattern such as `c*` must not match it.
    !isClusterID(nameOrID) && maySee(request, { clusterName: nameOrID });
  const isOfVisible = ({ workflowID }: { workflowID: string }) =>
    isVisible(workflowID.slice(workflowID.lastIndexOf(':') + 1));
  const visible = <Progress extends NonNullable<BatchStatus['progress']>>(progress: Progress): Progress => ({
    ...progress,
    slowest: progress.slowest.filter(isOfVisible),
    failures: progress.failures.filter(({ name }) => isVisible(name)),
  });
  const { progress, outcome } = status;
  return {
    ...status,
    current: status.current.filter(isOfVisible),
    ...(progress !== undefined && { progress: visible(progress) }),
    ...(outcome !== undefined && { outcome: withoutProblems(visible(outcome)) }),
  };
}

/** What a check has found names clusters and ranges of the whole account. That it has found something stays. */
function withoutProblems<Outcome extends BatchOutcome>(outcome: Outcome): Outcome {
  const { problems, warnings } = outcome;
  return {
    ...outcome,
    ...(problems !== undefined && { problems: [{ ...hidden, message: `${problems.length} problems were found.` }] }),
    ...(warnings !== undefined && { warnings: [{ ...hidden, message: `${warnings.length} warnings were given.` }] }),
  };
}

const hidden = { path: '', rule: 'hidden', advice: 'Ask somebody whose token is for all names.' };
