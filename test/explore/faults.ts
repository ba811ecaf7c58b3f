/** A fault of the product: pieces of its code, replaced. */
export interface Fault {
  name: string;
  /** What the oracle says of it: whatever else is wrong does not count as found. */
  shows: RegExp;
  /** More than one where the product has a second line of defence. */
  edits: { file: string; replace: string; by: string }[];
}

export const faults: Fault[] = [
  {
    name: 'a single 404 is believed',
    shows: /is left, and/,
    edits: [
      {
        file: 'activities/watch/confirm-end.ts',
        replace: 'return looks >= 3 && nowMs - sinceMs >= pace.longestLagMs;',
        by: 'return looks >= 1;',
      },
    ],
  },
  {
    name: 'a create is sent without a look',
    shows: /without a look before/,
    edits: [
      {
        file: 'workflows/create/obtain-cluster.ts',
        replace: 'for (let lookFirst = true; ;) {',
        by: 'for (let lookFirst = false; ;) {',
      },
    ],
  },
  {
    name: 'nothing is looked for after a lost answer',
    shows: /without a look before|is left, and/,
    edits: [
      {
        file: 'workflows/create/obtain-cluster.ts',
        replace: ': await lookUntilSettled(task);',
        by: ": { action: 'submit' };",
      },
      {
        file: 'workflows/create/provision-cluster.ts',
        replace: 'if (Date.now() >= lastAtMs + lastRequestTimeMs) return decision;',
        by: 'if (lastAtMs >= 0) return decision;',
      },
    ],
  },
  {
    name: 'a foreign cluster is deleted',
    shows: /without a reason/,
    edits: [
      {
        file: 'activities/delete/objection-to.ts',
        replace: 'return order.onlyMarked === true && marker === undefined ? withoutMarker : undefined;',
        by: 'return undefined;',
      },
    ],
  },
  {
    name: 'an extra cluster is kept',
    shows: /is left, and/,
    edits: [
      {
        file: 'workflows/create/create-decision.ts',
        replace: 'const extras = own.filter((cluster) => cluster !== best).map(clusterIDOf);',
        by: 'const extras: string[] = [];',
      },
    ],
  },
  {
    name: 'a refusal for now is believed',
    shows: /that was refused for now/,
    edits: [{ file: 'workflows/delete/judge-refusal.ts', replace: "return 'rights';", by: "return 'permanent';" }],
  },
  {
    name: 'every failure is a reason to delete',
    shows: /without a reason/,
    edits: [
      {
        file: 'workflows/create/create-cluster.ts',
        replace: 'reasonsToDelete[reason.type];',
        by: "(reasonsToDelete[reason.type] ?? 'cancelRequested');",
      },
    ],
  },
  {
    name: 'a cluster is adopted while it is being deleted',
    shows: /runs, as somebody was told, and is gone/,
    edits: [
      {
        file: 'activities/create/open-deletes.ts',
        replace: 'isOpen(run.status.name) ? (run.memo ?? {}) : undefined;',
        by: 'isOpen(run.status.name) ? undefined : undefined;',
      },
    ],
  },
  {
    name: 'a clean-up deletes what carries the key of another create',
    shows: /without a reason/,
    edits: [
      {
        file: 'activities/delete/objection-to.ts',
        replace: 'if (marker.key !== order.markerKey) return otherMarker;',
        by: '',
      },
      {
        file: 'workflows/create/find-targets.ts',
        replace: 'readMarker(description)?.key === marker.key',
        by: 'readMarker(description) !== undefined && marker !== undefined',
      },
    ],
  },
  {
    name: 'a cluster outlives its lease',
    shows: /outlives its time to live/,
    edits: [
      {
        file: 'workflows/create/create-cluster.ts',
        replace: "if (leaseEnd === 'expired') return endExpired();",
        by: '',
      },
    ],
  },
  {
    name: 'an extension is lost when a lease goes on in a new run',
    shows: /without a reason/,
    edits: [
      {
        file: 'workflows/create/create-cluster.ts',
        replace: 'expiresAtMs: expiresAtMs() ?? startedAtMs,',
        by: 'expiresAtMs: Math.min(expiresAtMs() ?? 0, startedAtMs + (input.ttlSeconds ?? 0) * 1000 + 500_000),',
      },
    ],
  },
  {
    name: 'an extension is forgotten when another worker takes over',
    shows: /without a reason/,
    edits: [
      {
        file: 'workflows/create/lease.ts',
        replace: '      ttlMs = next * 1000;',
        by: '      if (workflowInfo().unsafe.isReplaying) return;\n      ttlMs = next * 1000;',
      },
    ],
  },
  {
    name: 'a batch loses the slot of a refused item',
    shows: /do not add up|explored-batch does not end/,
    edits: [{ file: 'workflows/batch/state.ts', replace: '  state.starting--;\n  const { kept', by: '  const { kept' }],
  },
  {
    name: 'a rollback deletes what others have asked for',
    shows: /without a reason|runs, as somebody was told, and is gone/,
    edits: [
      {
        file: 'workflows/create/create-cluster.ts',
        replace: 'if (!isClaimed) upsertMemo({ claimed: true } satisfies OperationMemo);',
        by: '',
      },
      { file: 'workflows/create/create-cluster.ts', replace: '    isClaimed = true;', by: '' },
    ],
  },
  {
    name: 'a batch does not count what it has under way',
    shows: /items under way/,
    edits: [
      {
        file: 'workflows/batch/state.ts',
        replace: 'state.concurrency - state.underWay.length - state.starting',
        by: 'state.concurrency - state.starting',
      },
    ],
  },
  {
    name: 'a cancelled batch cancels nothing',
    shows: /although .* was cancelled/,
    edits: [
      {
        file: 'workflows/batch/cluster-batch.ts',
        replace: 'return state.cancelRequest !== undefined && !state.cancelSent;',
        by: "return state.ending !== 'cancelled' && state.cancelRequest !== undefined && !state.cancelSent;",
      },
    ],
  },
];
