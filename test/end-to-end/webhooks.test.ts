import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OperationReference } from '../../client/index.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { createItem } from '../batches.ts';
import { ccectl } from '../ccectl.ts';
import { readExample } from '../examples.ts';
import { ended, workerEnvironment } from '../orchestration.ts';
import { startWorkerProcess } from '../processes.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';
import { startReceiver, type WebhookReceiver } from '../webhook-receiver.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four bytes').toString('base64')}`;

describe('a webhook', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '2', '--delete-seconds', '1'], {
    worker: false,
  });
  const names = ['hook-1', 'hook-2', 'hook-3'];
  let receiver: WebhookReceiver;
  let chat: WebhookReceiver;
  let worker: WorkerProcess | undefined;
  /** Lets the receiver answer the request that it holds. */
  let release = () => {};
  let isHeld = false;

  beforeAll(async () => {
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver = await startReceiver(async (_, before) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      // The worker dies while it waits for this answer.
      if (before === 7) {
        isHeld = true;
        await held;
      }
      return { status: before < 5 ? 503 : 204 };
    });
    chat = await startReceiver(async () => ({ status: 200, body: 'ok' }));
  });
  afterAll(async () => {
    release();
    await worker?.stop();
    await receiver.close();
    await chat.close();
  });

  const startWorker = () =>
    startWorkerProcess({
      ...workerEnvironment(orchestration(), simulator()),
      CCE_WEBHOOK_ALLOWED_RANGES: '127.0.0.1',
      CCE_WEBHOOK_SECRET: secret,
      CCE_WEBHOOK_CHAT: chat.url,
    });

  it('is told of each event at least once, with the same ID and in order, by workers that die, although its receiver fails and is slow', async () => {
    const { orchestrator, account } = orchestration();
    worker = await startWorker();
    await orchestrator.webhooks.set('platform', { url: receiver.url, secret: { fromEnv: 'CCE_WEBHOOK_SECRET' } });
    const creates = await Promise.all(names.map((name) => orchestrator.create(readExample('managed', name))));
    await vi.waitUntil(() => isHeld, waiting);
    await worker.kill();
    release();
    worker = await startWorker();
    for (const create of creates) expect(await ended(orchestrator, create)).toMatchObject({ execution: 'completed' });
    const ends = () => receiver.accepted().filter(({ type }) => type === 'ended');
    await vi.waitUntil(() => new Set(ends().map(({ id }) => id)).size === names.length, waiting);

    const firsts = new Map(
      receiver
        .accepted()
        .map((event) => [event.id, event] as const)
        .toReversed(),
    );
    for (const name of names) {
      const told = [...firsts.values()].toReversed().filter(({ data }) => data.clusterName === name);
      const kinds = told.map(({ type, data }) => data.stage ?? type);
      expect(kinds).toEqual(['validating', 'submitting', 'provisioning', 'joiningNodes', 'running', 'ended']);
      const end = { account, region: 'bj', kind: 'create', outcome: { outcome: 'running' } };
      expect(told.at(-1)?.data).toMatchObject(end);
    }
    const bodies = new Map(receiver.received.map(({ headers, body }) => [headers['webhook-id'], body]));
    for (const { headers, body } of receiver.received) {
      expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
      const { data, type } = JSON.parse(body) as { data: unknown; type: unknown };
      expect(JSON.parse(bodies.get(headers['webhook-id']) ?? '')).toMatchObject({ data, type });
    }
    expect(receiver.received.filter(({ status }) => status === 503)).toHaveLength(5);
    expect(await orchestrator.webhooks.remove('platform')).toBe(true);
    await expect(orchestrator.webhooks.get('platform')).rejects.toThrow('there is no webhook "platform"');
  });

  it('tells a chat of batches, teardowns and approvals, and of what was parked, by what ccectl sets', async () => {
    const { orchestrator, account } = orchestration();
    const env = workerEnvironment(orchestration(), simulator());
    const run = (...args: string[]) => ccectl(['webhook', ...args], { env });
    const set = (...url: string[]) => {
      const events = ['ended', 'teardownRefused', 'approvalWanted'].flatMap((event) => ['--event', event]);
      return run('set', 'chat', '--format', 'slack', ...url, ...events);
    };
    const texts = () => chat.received.map(({ body }) => (JSON.parse(body) as { text: string }).text);
    const hasTold = (...wanted: string[]) =>
      vi.waitFor(
        () => expect(texts()).toEqual(expect.arrayContaining(wanted.map((text) => `${account}/bj: ${text}`))),
        waiting,
      );
    expect(await set('--url-from-env', 'CCE_WEBHOOK_CHAT')).toMatchObject({ exitCode: 0, stdout: 'webhook chat: set' });
    const listed = await run('list');
    expect(listed.stdout).toMatch(
      /^chat +slack +from CCE_WEBHOOK_CHAT +ended,teardownRefused,approvalWanted +everything$/m,
    );

    const batch = {
      name: 'nightly',
      items: [createItem('hook-4')],
      concurrency: 1,
      failurePolicy: 'continue',
    } as const;
    await orchestrator.batches.start(batch);
    await expect(orchestrator.teardown.find({ filter: { name: 'hook-*' }, maximum: 1 })).rejects.toThrow('match');
    const terms = { requestedBy: { name: 'ann', identity: 'file:ann' }, waitSeconds: 3600 };
    const approval = await orchestrator.approvals.request({ kind: 'delete', nameOrID: 'hook-1', options: {} }, terms);
    if (!('expiresAt' in approval)) throw new Error('the deletion was started without an approval');
    await hasTold(
      'batch nightly has ended: completed (1 of 1 succeeded, 0 failed)',
      'create of hook-4 has ended: running',
      `delete of hook-1 waits for approval until ${approval.expiresAt}; asked for by ann`,
    );
    await vi.waitUntil(() => texts().some((text) => text.includes('a teardown deleted nothing: ')), waiting);
    const decision = { verdict: 'rejected', by: { name: 'bob', identity: 'file:bob' } } as const;
    await orchestrator.approvals.decide(approval, decision);

    // An address that is not allowed parks what is sent there.
    await set('--url', 'http://127.0.0.2/hidden');
    await vi.waitUntil(async () => (await run('status', 'chat')).stdout.includes('http://127.0.0.2/…'), waiting);
    await ended(orchestrator, (await orchestrator.delete('hook-2')) satisfies OperationReference);
    const status = await vi.waitUntil(async () => {
      const shown = await run('status', 'chat');
      return shown.stdout.includes('parked') && shown;
    }, waiting);
    expect(status.stdout).toContain('the address of the receiver is not public');
    expect(status.stdout).not.toContain('hidden');
    await set('--url-from-env', 'CCE_WEBHOOK_CHAT');
    await vi.waitUntil(async () => (await run('status', 'chat')).stdout.includes('CCE_WEBHOOK_CHAT'), waiting);
    expect((await run('retry', 'chat')).stdout).toBe('webhook chat: events of 1 operations sent again');
    await hasTold('delete of hook-2 has ended: deleted');

    expect(await run('set', 'chat', '--url', 'receiver.example')).toMatchObject({ exitCode: 2 });
    expect(await run('remove', 'chat')).toMatchObject({ exitCode: 0, stdout: 'webhook chat: removed' });
    expect(await run('remove', 'chat')).toMatchObject({ exitCode: 3 });
  });
});
