import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { startCreate } from '../../client/start-create.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import { memoOfCreate } from '../../contract/operation-memo.ts';
import { ValidSpec } from '../../client/valid-spec.ts';
import { readExample } from '../examples.ts';

const scope = { account: 'default', region: 'bj' };
const spec = ValidSpec.of(readExample('managed', 'web'), { disabledRules: [] });

/** Creates a cluster whose create a batch has begun; that create answers like this, before and after it is claimed. */
function attachTo(answers: Partial<CurrentStep>[]) {
  const workflowID = 'cce:default:bj:web';
  const memo = { ...memoOfCreate({ request: spec.request }), startedBy: 'upload/run/0' };
  const run = { runId: 'run-1', status: { name: 'RUNNING' }, startTime: new Date(), memo, raw: {} };
  const events: string[] = [];
  const handle = {
    describe: async () => run,
    signal: async () => void events.push('claim'),
    query: async () => {
      events.push('query');
      return answers.shift();
    },
  };
  const client = {
    options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [{}] } },
    connection: { operatorService: { listSearchAttributes: async () => ({ customAttributes: {} }) } },
    withDeadline: (_: number, call: () => unknown) => call(),
    workflow: {
      start: () => Promise.reject(new WorkflowExecutionAlreadyStartedError('started', workflowID, 'createCluster')),
      getHandle: () => handle,
    },
  };
  return { events, created: startCreate(client as unknown as Client, scope, spec, {}) };
}

it('a create that attaches to that of a batch claims its cluster, and looks again whether it goes on', async () => {
  const { created, events } = attachTo([{ stage: 'provisioning' }, { stage: 'provisioning', isClaimed: true }]);
  await expect(created).resolves.toMatchObject({ runID: 'run-1', attached: true });
  expect(events).toEqual(['query', 'claim', 'query']);
});

it('a create whose claim comes after the cancel of the batch is refused', async () => {
  const { created } = attachTo([{ stage: 'provisioning' }, { stage: 'provisioning', isCancelled: true }]);
  await expect(created).rejects.toMatchObject({ name: 'OperationEndingError' });
});

it('a create of a protected cluster with a time to live is refused before anything is asked', async () => {
  const cluster = { ...readExample('managed', 'web').cluster, forbidDelete: true };
  const body = { ...readExample('managed', 'web'), cluster };
  const nobody = {} as unknown as Client;
  await expect(startCreate(nobody, scope, body, { ttlSeconds: 60 })).rejects.toMatchObject({
    name: 'InvalidOptionsError',
    problems: [{ path: 'ttlSeconds', message: expect.stringContaining('forbidDelete') }],
  });
});
