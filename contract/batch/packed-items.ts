import { createWorkflowID, type AccountRegion } from '../identity.ts';
import type { UnderWay } from './reports.ts';

/** A running item in few bytes: one payload carries a thousand of them. */
export type PackedItem = [
  index: number,
  /** Without the prefix that all workflow IDs of an account and region share. */
  workflowID: string,
  runID: string,
  startedAtMs: number,
  limitSeconds: number,
  ...marks: ('delete' | 'attached' | 'hasLease')[],
];

export function packItems(items: readonly UnderWay[], scope: AccountRegion): PackedItem[] {
  const { length } = commonPrefix(scope);
  return items.map(({ index, kind, workflowID, runID, startedAtMs, limitSeconds, attached, hasLease }) => [
    index,
    workflowID.slice(length),
    runID,
    startedAtMs,
    limitSeconds,
    ...(kind === 'delete' ? (['delete'] as const) : []),
    ...(attached === true ? (['attached'] as const) : []),
    ...(hasLease === true ? (['hasLease'] as const) : []),
  ]);
}

export function unpackItems(items: readonly PackedItem[], scope: AccountRegion): UnderWay[] {
  const prefix = commonPrefix(scope);
  return items.map(([index, workflowID, runID, startedAtMs, limitSeconds, ...marks]) => ({
    index,
    kind: marks.includes('delete') ? 'delete' : 'create',
    workflowID: prefix + workflowID,
    runID,
    startedAtMs,
    limitSeconds,
    ...(marks.includes('attached') && { attached: true }),
    ...(marks.includes('hasLease') && { hasLease: true }),
  }));
}

function commonPrefix(scope: AccountRegion): string {
  return createWorkflowID(scope, '');
}
