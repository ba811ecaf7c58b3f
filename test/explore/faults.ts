/** A fault of the product: pieces of its code, replaced. */
export interface Fault {
  name: string;
  /** More than one where the product has a second line of defence. */
  edits: { file: string; replace: string; by: string }[];
}

export const faults: Fault[] = [
  {
    name: 'a single 404 is believed',
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
    edits: [
      {
        file: 'workflows/create/obtain-cluster.ts',
        replace: ': await lookUntilSettled(creation, progress);',
        by: ": { action: 'submit' };",
      },
    ],
  },
  {
    name: 'a foreign cluster is deleted',
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
    edits: [{ file: 'workflows/delete/judge-refusal.ts', replace: "return 'rights';", by: "return 'permanent';" }],
  },
  {
    name: 'every failure is a reason to delete',
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
    edits: [
      {
        file: 'activities/create/open-deletes.ts',
        replace: "return run?.status.name === 'RUNNING' ? (run.memo ?? {}) : undefined;",
        by: "return run?.status.name === 'RUNNING' ? undefined : undefined;",
      },
    ],
  },
  {
    name: 'a clean-up deletes what carries the key of another create',
    edits: [
      {
        file: 'activities/delete/objection-to.ts',
        replace: 'if (marker.key !== order.markerKey) return otherMarker;',
        by: '',
      },
      {
        file: 'workflows/create/clean-up.ts',
        replace: 'readMarker(description)?.key === marker.key',
        by: 'readMarker(description) !== undefined && marker !== undefined',
      },
    ],
  },
  {
    name: 'a cluster outlives its lease',
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
    edits: [{ file: 'workflows/batch/state.ts', replace: '  state.starting--;\n  const { kept', by: '  const { kept' }],
  },
  {
    name: 'a rollback deletes what others have asked for',
    edits: [
      {
        file: 'workflows/create/create-cluster.ts',
        replace: 'if (!isClaimed) upsertMemo({ claimed: true } satisfies OperationMemo);',
        by: '',
      },
    ],
  },
];
