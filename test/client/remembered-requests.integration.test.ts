import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createOrchestrator, KeyReusedError, loadDataConverter } from '../../client/index.ts';
import { useConnections } from '../connections.ts';
import { readExample } from '../examples.ts';
import { waiting } from '../waiting.ts';

const connections = useConnections();

/** An orchestrator of a process of its own. */
function orchestratorOf(account: string, requestedBy?: string) {
  const client = new Client({ connection: connections().connection, dataConverter: loadDataConverter() });
  return {
    client,
    ...createOrchestrator({ client, account, region: 'bj', ...(requestedBy !== undefined && { requestedBy }) }),
  };
}

const newAccount = () => `test-${randomUUID().slice(0, 8)}`;

describe('the key of a request', () => {
  it('leads to the answer in every process, and belongs to no other request', async () => {
    const account = newAccount();
    const first = orchestratorOf(account);
    const other = orchestratorOf(account);
    const claimed = await first.requests.claim('secret key', 'one');
    expect(claimed.answer).toBeUndefined();
    // The process that claimed it may have died before it had an answer.
    expect((await other.requests.claim('secret key', 'one')).answer).toBeUndefined();
    await claimed.remember('/operations/1');
    expect((await other.requests.claim('secret key', 'one')).answer).toBe('/operations/1');
    await expect(other.requests.claim('secret key', 'two')).rejects.toThrow(KeyReusedError);
    expect((await other.requests.claim('another key', 'two')).answer).toBeUndefined();
    expect((await orchestratorOf(newAccount()).requests.claim('secret key', 'two')).answer).toBeUndefined();
  });

  it('belongs to exactly one of two requests at the same time', async () => {
    const account = newAccount();
    const claims = ['one', 'two', 'three'].map((request) => orchestratorOf(account).requests.claim('key', request));
    const ends = await Promise.allSettled(claims);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is kept for a day by an execution that needs no worker, is encrypted, and has neither key nor request in its ID', async () => {
    const account = newAccount();
    const { client, requests } = orchestratorOf(account);
    await requests.claim('secret key', 'secret request');
    // Lists lag behind.
    const workflowID = await vi.waitUntil(async () => {
      const { executions } = await client.workflowService.listWorkflowExecutions({
        namespace: client.options.namespace,
        query: `WorkflowId STARTS_WITH 'cce:${account}:'`,
      });
      return executions[0]?.execution?.workflowId;
    }, waiting);
    const kept = await client.workflow.getHandle(workflowID).describe();
    const { executionExpirationTime, originalStartTime } = kept.raw.workflowExtendedInfo ?? {};
    const seconds = Number(executionExpirationTime?.seconds) - Number(originalStartTime?.seconds);
    expect(Math.abs(seconds - 24 * 3600)).toBeLessThanOrEqual(1);
    // No task waits for a worker.
    expect(kept.historyLength).toBe(1);
    expect(kept.workflowId).toMatch(/^cce:[^:]+:bj:request:[0-9a-f]{64}$/);
    expect(JSON.stringify(kept.raw)).not.toMatch(/secret/);
    expect(kept.memo).toEqual({ request: 'secret request' });
  });
});

it('who asked for a create is kept with it, encrypted, and lists show it', async () => {
  const account = newAccount();
  const { client, ...orchestrator } = orchestratorOf(account, 'ci-team');
  const create = await orchestrator.create(readExample('managed', 'ci-1'));
  await expect
    .poll(async () => {
      const listed = [];
      for await (const operation of orchestrator.list()) listed.push(operation.requestedBy);
      return listed;
    }, waiting)
    .toEqual(['ci-team']);
  const { raw } = await client.workflow.getHandle(create.workflowID).describe();
  expect(JSON.stringify(raw)).not.toContain('ci-team');
  await client.workflow.getHandle(create.workflowID).terminate();
});
