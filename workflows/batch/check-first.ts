import { TemporalFailure } from '@temporalio/common';
import { log } from '@temporalio/workflow';
import { notChecked, type BatchCheck, type BatchCheckInput } from '../../contract/online-check.ts';
import { checkBatch } from '../activity-proxies.ts';
import { withReason } from './reasons.ts';
import { keepReason, unstarted, type BatchState } from './state.ts';

/** Asks whether a batch can work, before its first item. A check that cannot be made holds up nothing. */
export async function checkFirst(state: BatchState, input: BatchCheckInput): Promise<void> {
  try {
    const found = await checkBatch(input);
    if (state.ending === undefined) noteCheck(state, found);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    log.warn('the batch goes on unchecked', { error });
    noteCheck(state, { errors: [], warnings: [notChecked('No worker has made the check in time.')] });
  }
}

/** Notes what the check before the first item has found: the batch is refused, or goes on without the items that are left out. */
export function noteCheck(state: BatchState, { errors, warnings, leftOut }: BatchCheck): void {
  if (errors.length > 0 || warnings.length > 0) state.check = { errors, warnings };
  if (errors.length > 0) {
    state.ending = 'refused';
    return;
  }
  if (leftOut === undefined) return;
  const left = new Set(leftOut.indices);
  state.again = unstarted(state).filter((index) => !left.has(index));
  state.next = 0;
  state.end = 0;
  state.cancelled += left.size;
  // A retry starts them.
  state.cancelledItems?.push(...left);
  const failure = { type: 'LeftOut', message: leftOut.message };
  for (const index of left) state.reasons = withReason(state.reasons ?? [], { index, name: '', failure });
  const last = leftOut.indices.slice(-leftOut.lastNames.length);
  for (const [position, index] of last.entries()) {
    keepReason(state, { index, name: leftOut.lastNames[position] ?? '', failure });
  }
}
