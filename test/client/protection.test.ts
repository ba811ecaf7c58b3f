import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { lastProtection, setProtection } from '../../client/protection.ts';
import type { ProtectionMemo } from '../../contract/protection.ts';
import type { OperationStatus } from '../../temporal/executions/operation.ts';

const scope = { account: 'a', region: 'bj' };
const clusterID = 'cce-00000001';
const noon = '2026-11-28T12:00:00.000Z';

/** A create that asked for protection. */
const create = { kind: 'create', clusterID, clusterName: 'one', forbidDelete: true } as OperationStatus;

interface Change {
  status: string;
  memo?: ProtectionMemo;
  at?: string;
  /** The events of its history. */
  events?: object[];
}

const attempt = (number: number, type: string) => [
  { activityTaskScheduledEventAttributes: {} },
  { activityTaskStartedEventAttributes: { attempt: number } },
  { activityTaskFailedEventAttributes: { failure: { applicationFailureInfo: { type } } } },
];

const memo = (forbidDelete: boolean, of = clusterID): ProtectionMemo => ({ clusterID: of, forbidDelete });
const confirmedOff = { confirmed: { clusterID, forbidDelete: false, at: noon } };

/** A Temporal that knows these latest changes, by what was typed. */
function temporalWith(changes: Record<string, Change>) {
  const started: unknown[] = [];
  const client = {
    options: { namespace: 'default' },
    workflowService: { listWorkflowExecutions: async () => ({ executions: [] }) },
    workflow: {
      getHandle: (workflowID: string) => ({
        describe: async () => {
          const change = changes[workflowID.replace('cce:a:bj:protect:', '')];
          if (change === undefined) throw new WorkflowNotFoundError('none', workflowID, undefined);
          const time = new Date(change.at ?? noon);
          return {
            workflowId: workflowID,
            runId: 'run-1',
            status: { name: change.status },
            memo: change.memo,
            startTime: time,
            ...(change.status !== 'RUNNING' && { closeTime: time }),
          };
        },
        fetchHistory: async () => ({ events: changes[workflowID.replace('cce:a:bj:protect:', '')]?.events ?? [] }),
      }),
      start: async (_: string, { memo: begun, workflowId }: { memo: unknown; workflowId: string }) => {
        started.push(begun);
        const result = async () => ({ clusterID, clusterName: 'one', forbidDelete: true });
        return { workflowId, firstExecutionRunId: 'run-2', result };
      },
    },
  } as unknown as Client;
  return { client, started };
}

const last = (change: Change, status = create) =>
  lastProtection(temporalWith({ [clusterID]: change }).client, scope, status);

describe('the protection that a status shows', () => {
  it('is that of the create if nobody has changed it', async () => {
    expect(await lastProtection(temporalWith({}).client, scope, create)).toEqual({ forbidDelete: true });
  });

  it('is that of the last change that looks have confirmed', async () => {
    expect(await last({ status: 'COMPLETED', memo: memo(false) })).toEqual({ forbidDelete: false });
  });

  it('is not that of another cluster', async () => {
    expect(await last({ status: 'COMPLETED', memo: memo(false, 'cce-00000002') })).toEqual({ forbidDelete: true });
  });

  it.each([
    ['nobody has begun with it', 'TERMINATED', []],
    ['it has found no cluster', 'FAILED', attempt(1, 'ClusterNotFound')],
    ['the cluster is not ours', 'FAILED', attempt(1, 'NotOurs')],
  ])('is that of the change before if %s', async (_, status, events) => {
    const before = { status, events, memo: { earlier: confirmedOff }, at: '2026-11-28T13:00:00.000Z' };
    expect(await last(before)).toEqual({ forbidDelete: false });
  });

  it.each([
    ['is under way', 'RUNNING', []],
    ['timed out after a worker had begun', 'TIMED_OUT', [{ activityTaskScheduledEventAttributes: {} }]],
    ['was not seen', 'FAILED', attempt(1, 'ProtectionNotSeen')],
    ['may have been sent by an attempt before', 'FAILED', attempt(2, 'ClusterNotFound')],
  ])('is unknown if the last change %s', async (_, status, events) => {
    const unclear = { status, events, memo: { earlier: confirmedOff }, at: '2026-11-28T13:00:00.000Z' };
    expect(await last(unclear)).toEqual({ protectionUnclear: true });
  });

  it('is what a later delete has seen', async () => {
    const failure = { type: 'DeletionProtected', message: 'on' };
    const outcome: OperationStatus['outcome'] = { outcome: 'failed', failure, steps: [] };
    const refused: OperationStatus = { ...create, outcome, closedAt: '2026-11-28T13:00:00.000Z' };
    expect(await last({ status: 'COMPLETED', memo: memo(false) }, refused)).toEqual({ forbidDelete: true });
  });

  it('is that of a change by name, if nobody knew the clusterID', async () => {
    const { client } = temporalWith({ one: { status: 'COMPLETED', memo: memo(false) } });
    expect(await lastProtection(client, scope, create)).toEqual({ forbidDelete: false });
  });
});

describe('a change of the protection', () => {
  it('starts with what was known before', async () => {
    const { client, started } = temporalWith({ [clusterID]: { status: 'COMPLETED', memo: memo(false) } });
    await setProtection(client, scope, { nameOrID: clusterID, forbidDelete: true }, { requestedBy: 'me' });
    expect(started).toEqual([{ requestedBy: 'me', earlier: confirmedOff }]);
  });
});
