import { describe, expect, it } from 'vitest';
import { objectionTo } from '../../../activities/delete/objection-to.ts';
import type { Cluster } from '../../../cce/cluster.ts';
import {
  deleteReasonTexts,
  protectedObjection,
  type DeleteOrder,
  type DeleteReason,
} from '../../../contract/delete-order.ts';

const key = '0123456789abcdef';
const otherKey = 'fedcba9876543210';
const digest = '00112233445566aa';

function shown(clusterPhase: string, marker: string | undefined = key): Cluster {
  const description = marker === undefined ? 'made by hand' : `mine\n[cce-orchestrator ${marker} ${digest}]`;
  return { spec: { clusterName: 'ci-1', description }, status: { clusterPhase } } as Cluster;
}

const foreign = shown('running', '');

const own = (reason: Exclude<DeleteReason, 'deleteRequested' | `${string}Requested`> | 'cancelRequested') =>
  ({ reason, markerKey: key }) as DeleteOrder;

/** Each order, a cluster, and what stands against deleting it. */
const rows: [order: DeleteOrder, cluster: Cluster, objection: RegExp | undefined][] = [
  [own('cancelRequested'), shown('provisioning'), undefined],
  [own('cancelRequested'), shown('running'), undefined],
  [own('cancelRequested'), shown('running', otherKey), /another create/],
  [own('cancelRequested'), foreign, /does not carry our marker/],
  [own('createFailed'), shown('create_failed'), undefined],
  [own('createFailed'), shown('delete_failed'), undefined],
  [own('createFailed'), shown('running'), /running now/],
  [own('createFailed'), shown('provisioning'), /provisioning now/],
  [own('createFailed'), shown('a_phase_of_tomorrow'), /a_phase_of_tomorrow now/],
  [own('createFailed'), shown('create_failed', otherKey), /another create/],
  [own('deadlinePassed'), shown('provisioning'), undefined],
  [own('deadlinePassed'), shown('create_failed'), undefined],
  [own('deadlinePassed'), shown('running'), /running now/],
  [own('deadlinePassed'), foreign, /does not carry our marker/],
  // What their nodes say against it is asked for apart, see `objection-of-nodes.test.ts`.
  [own('nodesFailed'), shown('running'), undefined],
  [own('nodesFailed'), shown('running', otherKey), /another create/],
  [own('nodesLate'), shown('running'), undefined],
  [own('nodesLate'), foreign, /does not carry our marker/],
  [own('leaseEnded'), shown('running'), undefined],
  [own('leaseEnded'), shown('running', otherKey), /another create/],
  [own('extraOfCreate'), shown('running'), undefined],
  [own('extraOfCreate'), foreign, /does not carry our marker/],
  [{ reason: 'deleteRequested' }, foreign, undefined],
  [{ reason: 'deleteRequested', clusterName: 'ci-1' }, foreign, undefined],
  [{ reason: 'deleteRequested', clusterName: 'ci-2' }, foreign, /"ci-1" now, not "ci-2"/],
  [{ reason: 'deleteRequested', onlyMarked: true }, foreign, /does not carry our marker/],
  [{ reason: 'deleteRequested', onlyMarked: true }, shown('running', otherKey), undefined],
  [{ reason: 'teardownRequested' }, shown('running'), undefined],
  [{ reason: 'teardownRequested', phases: ['create_failed'] }, shown('create_failed'), undefined],
  [{ reason: 'teardownRequested', phases: ['create_failed', 'running'] }, shown('running'), undefined],
  [{ reason: 'teardownRequested', phases: ['create_failed'] }, shown('running'), /running now/],
  [{ reason: 'teardownRequested', phases: ['create_failed'] }, shown('deleting'), undefined],
  [{ reason: 'teardownRequested', phases: ['create_failed'] }, shown('delete_failed'), undefined],
  [{ reason: 'teardownRequested' }, foreign, /does not carry our marker/],
  [{ reason: 'rollbackRequested', markerKey: key }, shown('running'), undefined],
  [{ reason: 'rollbackRequested', markerKey: otherKey }, shown('running'), /another create/],
  [{ reason: 'orphanDeletionRequested', markerKey: key }, shown('running'), undefined],
  [{ reason: 'orphanDeletionRequested', markerKey: key }, foreign, /does not carry our marker/],
];

const byReason = new Map(
  rows
    .filter(([, , objection]) => objection === undefined)
    .map(([order, cluster]) => [order.reason, { order, cluster }]),
);

describe('right before a DELETE is sent', () => {
  it.each([...byReason.values()])('a protected cluster is spared from $order', ({ order, cluster }) => {
    const isProtected = { ...cluster, spec: { ...cluster.spec, forbidDelete: true } };
    expect(objectionTo(order, isProtected)).toBe(protectedObjection);
    const leaving = { ...isProtected, status: { ...cluster.status, clusterPhase: 'deleting' } };
    expect(objectionTo(order, leaving)).not.toBe(protectedObjection);
  });

  it.each(rows)('an order for %o and a cluster %o end in %s', (order, cluster, objection) => {
    if (objection === undefined) expect(objectionTo(order, cluster)).toBeUndefined();
    else expect(objectionTo(order, cluster)).toMatch(objection);
  });

  it('every reason of the closed list is tried above, with a cluster that it takes and one that it spares', () => {
    const reasons = (isTaken: boolean) =>
      new Set(rows.filter(([, , objection]) => (objection === undefined) === isTaken).map(([{ reason }]) => reason));
    expect(reasons(true)).toEqual(new Set(Object.keys(deleteReasonTexts)));
    expect(reasons(false)).toEqual(new Set(Object.keys(deleteReasonTexts)));
  });
});
