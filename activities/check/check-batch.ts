import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { BatchItem } from '../../contract/batch/item.ts';
import { failuresKept } from '../../contract/batch/reports.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { notChecked, type BatchCheck, type BatchCheckInput } from '../../contract/online-check.ts';
import type { ClusterList } from '../api/cluster-list.ts';
import { isLeaving } from '../delete/objection-to.ts';
import { asker } from './ask.ts';
import { checkCreates, type CreateToCheck } from './check-creates.ts';

interface CheckBatchDependencies {
  cce: CceClient;
  list: ClusterList;
  readItem: (upload: BatchUpload, index: number) => Promise<BatchItem>;
}

const limitMs = 60_000;

/** More problems would not fit into a payload that people read. */
const problemsKept = 100;

/**
 * Checks all creates of a batch before any of them starts. A create whose name a cluster has makes none, and needs neither quota
 * nor ranges.
 */
export function checkBatch({ cce, list, readItem }: CheckBatchDependencies) {
  return async ({ upload, only, takeWhatFits }: BatchCheckInput): Promise<BatchCheck> => {
    const signal = cancellationSignal();
    const indices = only ?? Array.from({ length: upload.items }, (_, index) => index);
    const creates: CreateToCheck[] = [];
    // What this batch deletes, and what is being deleted, counts in the quota until it is gone. The creates can wait for that.
    let leaving = 0;
    for (const index of indices) {
      const item = await readItem(upload, index);
      if (item.kind === 'create') creates.push({ request: item.input.request, index });
      else leaving++;
    }
    const notes: BatchCheck['warnings'] = [];
    const seen = await asker(signal, notes)('which clusters there are', () => list.pass());
    // On a list that misses clusters, a repeated batch would be refused for the quota that its own clusters fill.
    if (seen?.isWhole !== true) {
      if (seen !== undefined) notes.push(notChecked('The list of clusters was not whole.'));
      return { errors: [], warnings: notes };
    }
    const names = new Set(seen.clusters.filter((cluster) => !isLeaving(cluster)).map(({ clusterName }) => clusterName));
    const making = creates.filter(({ request }) => !names.has(request.cluster.clusterName));
    leaving += seen.clusters.filter(isLeaving).length;
    const {
      room = Infinity,
      errors,
      warnings,
    } = await checkCreates(cce, making, { signal, limitMs, mayShareRanges: true, leaving });
    const isShort = making.length > room;
    if (isShort && takeWhatFits === true) {
      const left = making.slice(room);
      const indices = left.flatMap(({ index = [] }) => index);
      // Those that are left out need not be right.
      const others = errors.filter(
        ({ rule, path }) => rule !== 'cluster-quota' && !indices.some((index) => path.startsWith(`items[${index}].`)),
      );
      const lastNames = left.slice(-failuresKept).map(({ request }) => request.cluster.clusterName);
      const message = `left out: the quota has room for ${room} of the ${making.length} clusters that the batch would make`;
      const leftOut = { indices, lastNames, message };
      return { errors: others.slice(0, problemsKept), warnings: warnings.slice(0, problemsKept), leftOut };
    }
    return { errors: errors.slice(0, problemsKept), warnings: warnings.slice(0, problemsKept) };
  };
}
