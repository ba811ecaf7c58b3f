import { executeChild, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { deleteItemOf } from '../../contract/batch/item.ts';
import { largestTeardown } from '../../contract/batch/limits.ts';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import { batchPageWorkflowID, batchWorkflowID } from '../../contract/identity.ts';
import type { PatternUse, TeardownSweepInput, TeardownReport } from '../../contract/teardown.ts';
import { findTeardownTargets } from '../activity-proxies.ts';
import { batchPage } from '../batch/batch-page.ts';
import { clusterBatch } from '../batch/cluster-batch.ts';
import { searchableBatch } from '../batch/searchable-batch.ts';
import { countSweep } from './count-sweep.ts';

/** The number of items on one page of the batch: a delete takes little room. */
const itemsPerPage = 200;

/**
 * Finds the clusters that a filter matches and, if the input says so, deletes ours as a batch. Never deletes a cluster
 * without our marker.
 *
 * Closes as Failed with `TooManyMatches`, with the report as the failure's first detail, if more clusters match than
 * the maximum.
 */
export function teardownSweep(input: TeardownSweepInput): Promise<TeardownReport> {
  return countSweep(
    input.everySeconds,
    () => sweep(input),
    ({ batch }) => batch !== undefined && (batch.outcome.outcome !== 'completed' || batch.outcome.failed > 0),
  );
}

async function sweep(input: TeardownSweepInput): Promise<TeardownReport> {
  const nowMs = Date.now();
  const report: TeardownReport = { foundAt: new Date(nowMs).toISOString(), targets: [], spared: [] };
  let matches = 0;
  for (let pageNo = 1, isLast = false; !isLast; pageNo++) {
    const page = await findTeardownTargets({
      filter: input.filter,
      nowMs,
      pageNo,
    });
    isLast = page.isLast;
    matches += page.targets.length;
    report.targets = [...report.targets, ...page.targets].slice(0, largestTeardown);
    report.spared = [...report.spared, ...page.spared].slice(0, largestTeardown);
    if (page.patterns !== undefined) report.patterns = sumOf(report.patterns, page.patterns);
  }
  if (matches > input.maximum) {
    throw ApplicationFailure.create({
      type: 'TooManyMatches',
      message: `${matches} clusters match, more than the maximum of ${input.maximum}; nothing was deleted`,
      nonRetryable: true,
      details: [report],
    });
  }
  if (input.delete === undefined || report.targets.length === 0) return report;
  return { ...report, batch: await deleteAsBatch(input, input.delete, report) };
}

/** Each page lists the same patterns in the same order. */
function sumOf(before: readonly PatternUse[] = [], more: readonly PatternUse[]): PatternUse[] {
  return more.map((use, index) => ({ ...use, names: use.names + (before[index]?.names ?? 0) }));
}

async function deleteAsBatch(
  { account, region, filter }: TeardownSweepInput,
  { options, concurrency, failurePolicy }: NonNullable<TeardownSweepInput['delete']>,
  { targets, foundAt }: TeardownReport,
): Promise<NonNullable<TeardownReport['batch']>> {
  // Not a random number, see workflows/trace-interceptors.ts.
  const { firstExecutionRunId: uploadID, startTime } = workflowInfo();
  const name = `teardown-${startTime.toISOString().replace(/\D/g, '').slice(0, 14)}-${uploadID.slice(-4)}`;
  const upload = { account, region, name, uploadID, items: targets.length, itemsPerPage };
  for (let page = 0; page * itemsPerPage < targets.length; page++) {
    const items = targets
      .slice(page * itemsPerPage, (page + 1) * itemsPerPage)
      .map((target) => deleteItemOf(target, options, { foundAt, phases: filter.phases }));
    await startChild(batchPage, {
      workflowId: batchPageWorkflowID(upload, page),
      args: [{ items }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  }
  const memo: BatchMemo = { upload, itemsDigest: uploadID, since: new Date().toISOString(), failurePolicy };
  const outcome = await executeChild(clusterBatch, {
    workflowId: batchWorkflowID(upload, name),
    args: [{ upload, concurrency, failurePolicy }],
    memo,
    ...searchableBatch(name),
    // The deletions go on if somebody terminates the sweep.
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  return { name, outcome };
}
