import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createClusterRequestSchema } from '../../cce/create-cluster.ts';
import { createOrchestrator, InvalidSpecError, ValidSpec } from '../../client/index.ts';
import { setFields } from '../cce/set-fields.ts';
import { validRequest } from '../cce/valid-request.ts';

/** A Temporal client that starts every workflow, in a namespace without search attributes. */
const client = {
  options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [] } },
  connection: { operatorService: { listSearchAttributes: async () => ({ customAttributes: {} }) } },
  workflowService: { listWorkflowExecutions: async () => ({ executions: [] }) },
  workflow: {
    start: async () => ({ firstExecutionRunId: 'a-run' }),
    getHandle: (workflowID: string) => ({
      describe: () => Promise.reject(new WorkflowNotFoundError('not found', workflowID, undefined)),
    }),
  },
} as unknown as Client;

describe('a valid spec', () => {
  it('is refused for a body with errors, which the error names with the warnings', () => {
    const body = setFields(validRequest(), { 'cluster.k8sVersion': undefined, 'cluster.clusterNam': 'misspelt' });
    const error: unknown = (() => {
      try {
        return ValidSpec.of(body);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(InvalidSpecError);
    expect(error).toMatchObject({ problems: [{ path: 'cluster.k8sVersion' }], warnings: [{ rule: 'misspelt-field' }] });
  });

  it.each([
    ['of a body', validRequest],
    ['that was validated before', () => ValidSpec.of(validRequest())],
  ])('%s is created, and parsed once in all', async (_, make) => {
    const parse = vi.spyOn(createClusterRequestSchema, 'safeParse');
    const orchestrator = createOrchestrator({ client, account: 'test', region: 'bj' });
    const started = await orchestrator.create(make());
    expect(started).toMatchObject({ runID: 'a-run', attached: false, warnings: [] });
    expect(parse).toHaveBeenCalledTimes(1);
    parse.mockRestore();
  });
});
