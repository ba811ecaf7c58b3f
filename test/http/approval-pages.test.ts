import { expect, it } from 'vitest';
import type { ListedApproval } from '../../client/index.ts';
import { startAPI } from './api.ts';
import { approvalsOf, operationOf } from './hand-made.ts';
import { authenticate, bearer } from './tokens.ts';

/** The minutes of the requests whose status was read. */
const read: number[] = [];

function listedAt(minute: number): ListedApproval {
  const clusterName = minute === 3 ? 'prod' : `ci-${minute}`;
  const { workflowID, runID } = operationOf(clusterName);
  const listed = {
    workflowID,
    runID,
    change: { kind: 'delete' as const, clusterID: `cce-0000000${minute}`, clusterName, options: {} },
    requestedAt: `2026-11-28T01:0${minute}:00.000Z`,
  };
  const status: ListedApproval['status'] = async () => {
    read.push(minute);
    const [known] = await approvalsOf({ state: 'expired' }).list();
    return { ...known!, ...listed };
  };
  return { ...listed, status };
}

it('approvals are listed in pages, newest first, of which each reads only its own', async () => {
  const listed = async () => [4, 3, 2, 1].map(listedAt);
  const api = await startAPI({ authenticate, orchestrator: { approvals: { ...approvalsOf(), listed } } });
  const page = async (query: string) => {
    const answer = await api.inject({ url: `/v1/default/bj/approvals?all=true&${query}`, headers: bearer('ci') });
    const { approvals, nextCursor } = answer.json<{ approvals: { requestedAt: string }[]; nextCursor?: string }>();
    return { minutes: approvals.map(({ requestedAt }) => requestedAt.slice(15, 16)), nextCursor };
  };
  const first = await page('pageSize=2');
  expect(first).toEqual({ minutes: ['4', '2'], nextCursor: expect.any(String) as string });
  expect(await page(`pageSize=2&cursor=${first.nextCursor}`)).toEqual({ minutes: ['1'], nextCursor: undefined });
  expect(read).toEqual([4, 2, 1]);
  const wrong = await api.inject({ url: '/v1/default/bj/approvals?cursor=%21', headers: bearer('ci') });
  expect(wrong.statusCode).toBe(400);
  await api.close();
});
