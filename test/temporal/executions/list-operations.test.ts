import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { operationTable } from '../../../cli/output.ts';
import { listOperations } from '../../../temporal/executions/list-operations.ts';
import type { Operation } from '../../../client/index.ts';
import { PayloadDecryptionError } from '../../../temporal/encryption/payload-decryption-error.ts';

const scope = { account: 'default', region: 'bj' };

/** Temporal as it lists these runs to a process that lacks the key of those that are locked. */
function clientOf(executions: readonly object[]): Client {
  const decode = (payloads: Payload[]) => {
    if (payloads.some(({ metadata }) => metadata?.['locked'] !== undefined)) {
      throw new PayloadDecryptionError('unknownKey', 'there is no key "1"');
    }
    return Promise.resolve(payloads);
  };
  return {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadCodecs: [{ decode }], payloadConverter: defaultPayloadConverter },
    },
    workflowService: { listWorkflowExecutions: () => Promise.resolve({ executions }) },
  } as unknown as Client;
}

function run(workflowId: string, status: number, clusterID: string, isLocked = false, ended?: string) {
  const payload = defaultPayloadConverter.toPayload(clusterID);
  const locked = { ...payload, metadata: { ...payload.metadata, locked: new Uint8Array() } };
  return {
    execution: { workflowId, runId: `${workflowId}-run` },
    type: { name: workflowId.includes(':delete:') ? 'deleteCluster' : 'createCluster' },
    status,
    startTime: { seconds: 1_800_000_000, nanos: 120_000_000 },
    closeTime: status === 1 ? null : { seconds: 1_800_000_060, nanos: 0 },
    memo: {
      fields: {
        clusterID: isLocked ? locked : payload,
        ...(ended !== undefined && { ended: defaultPayloadConverter.toPayload(ended) }),
      },
    },
  };
}

describe('the list of operations', () => {
  it('shows an operation that this process has no key for, and all others', async () => {
    const client = clientOf([
      run('cce:default:bj:one', 1, 'cce-11111111'),
      run('cce:default:bj:two', 4, 'cce-22222222', true),
      run('cce:default:bj:delete:cce-33333333', 2, 'cce-33333333'),
      run('cce:default:b:j:four', 2, 'cce-44444444'),
      run('cce:another:bj:five', 2, 'cce-55555555'),
      run('cce:Default:bj:six', 2, 'cce-66666666'),
    ]);
    const operations: Operation[] = [];
    for await (const operation of listOperations(client, scope)) operations.push(operation);
    expect(operations).toEqual([
      expect.objectContaining({ kind: 'create', clusterID: 'cce-11111111', execution: 'running' }),
      {
        kind: 'create',
        workflowID: 'cce:default:bj:two',
        runID: 'cce:default:bj:two-run',
        clusterName: 'two',
        hasLease: false,
        leaseBegan: false,
        execution: 'cancelled',
        startedAt: '2027-01-15T08:00:00.120Z',
        closedAt: '2027-01-15T08:01:00.000Z',
        unreadable: true,
      },
      expect.objectContaining({ kind: 'delete', clusterID: 'cce-33333333', execution: 'completed' }),
    ]);
    expect(operations[0]).not.toHaveProperty('closedAt');
    expect(operations[2]).not.toHaveProperty('ended');
    expect(operationTable(operations).split('\n')[2]).toMatch(/^two +\? +create +cancelled/);
  });

  it('says how an operation ended that Temporal calls completed', async () => {
    const client = clientOf([
      run('cce:default:bj:one', 2, 'cce-11111111', false, 'expired'),
      run('cce:default:bj:two', 2, 'cce-22222222'),
    ]);
    const operations: Operation[] = [];
    for await (const operation of listOperations(client, scope)) operations.push(operation);
    expect(operations).toMatchObject([{ execution: 'completed', ended: 'expired' }, { execution: 'completed' }]);
    const [, one, two] = operationTable(operations).split('\n');
    expect(one).toMatch(/^- +cce-11111111 +create +expired /);
    expect(two).toMatch(/^- +cce-22222222 +create +completed /);
  });
});
