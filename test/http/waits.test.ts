import { expect, it, vi } from 'vitest';
import type { CurrentStep } from '../../client/index.ts';
import { waiting } from '../waiting.ts';
import { startAPI } from './api.ts';
import { handMadeFollower, operationOf } from './hand-made.ts';

const base = '/v1/default/bj';
const currentStep: CurrentStep = { stage: 'provisioning', steps: [], updatedAt: '2026-11-28T01:00:05Z' };

it('a wait ends early when the server stops', async () => {
  const stopping = new AbortController();
  const status = operationOf('ci-1', { currentStep });
  const follower = handMadeFollower([status]);
  const api = await startAPI({ operations: [status], follower, stopping: stopping.signal });
  const answer = api.inject({ url: `${base}/clusters/ci-1?wait=2m` });
  await vi.waitUntil(() => follower.followers() === 1, waiting);
  stopping.abort();
  expect((await answer).json()).toMatchObject({ operation: { done: false } });
  expect(follower.followers()).toBe(0);
  await api.close();
});

it('a wait ends with the operation, or with its time', async () => {
  const operations = [operationOf('ci-1', { currentStep })];
  const follower = handMadeFollower(operations);
  const api = await startAPI({ operations, follower });
  const wait = async (time: string) =>
    (await api.inject({ url: `${base}/clusters/ci-1?wait=${time}` })).json<{ operation: { done: boolean } }>();
  expect((await wait('1ms')).operation.done).toBe(false);
  const answer = wait('2m');
  await vi.waitUntil(() => follower.followers() === 1, waiting);
  operations[0] = operationOf('ci-1', { currentStep: { ...currentStep, stage: 'running' } });
  follower.tell(operations);
  expect((await answer).operation.done).toBe(true);
  expect(follower.followers()).toBe(0);
  await api.close();
});
