import type { Client } from '@temporalio/client';
import diff from 'microdiff';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { redactSecrets } from '../cce/secrets.ts';
import type { Problem } from '../cce/validate.ts';
import type { CreateClusterInput } from '../contract/create.ts';
import { createWorkflowID, type AccountRegion } from '../contract/identity.ts';
import { requestQuery } from '../contract/messages.ts';
import { memoOfCreate } from '../contract/operation-memo.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import { claimRun, startOperation } from '../temporal/executions/start-operation.ts';
import { OperationEndingError } from './errors/operation-ending-error.ts';
import { SpecConflictError } from './errors/spec-conflict-error.ts';

/** Options of a create; {@link CreateClusterInput} describes each with its default. */
export type CreateOptions = Omit<CreateClusterInput, 'request' | 'resumed'>;

export interface StartedCreate {
  workflowID: string;
  runID: string;
  /** A create of the same name and spec was already under way, and this is that create. */
  attached: boolean;
  /** Signs that the create may not do what the user intends. */
  warnings: readonly Problem[];
}

/**
 * Starts the create of a cluster, or attaches to the create under way.
 *
 * @throws InvalidSpecError, SpecConflictError, OperationEndingError
 */
export async function startCreate(
  client: Client,
  scope: AccountRegion,
  body: unknown,
  options: CreateOptions,
): Promise<StartedCreate> {
  const { disabledRules = [] } = options;
  // Imported here so that no other call waits for the validation rules to load.
  const { ValidSpec } = await import('./valid-spec.ts');
  const { request, warnings } = body instanceof ValidSpec ? body : ValidSpec.of(body, { disabledRules });
  const input: CreateClusterInput = { ...options, request };
  const workflowID = createWorkflowID(scope, request.cluster.clusterName);
  const memo = memoOfCreate(input);
  for (;;) {
    const run = await startOperation(client, scope, { kind: 'create', workflowID, input, memo });
    if (run.memo.specDigest !== memo.specDigest) {
      throw new SpecConflictError(workflowID, await differingPaths(client, workflowID, request));
    }
    if (run.attached) {
      // A caller that attached would only see it end. If no worker answers, the caller may attach.
      const current = await queryCurrentStep(client, client.workflow.getHandle(workflowID));
      if (current?.stage === 'cleaningUp') throw new OperationEndingError(workflowID);
      // If it has ended since, a new create adopts the cluster: nobody would learn that this caller relies on it.
      if (!(await claimRun(client, run))) continue;
    }
    return { workflowID, runID: run.runID, attached: run.attached, warnings };
  }
}

async function differingPaths(client: Client, workflowID: string, request: CreateClusterRequest): Promise<string[]> {
  const query = () => client.workflow.getHandle(workflowID).query(requestQuery);
  const other = (await client.withDeadline(Date.now() + 5_000, query).catch(() => request)) as CreateClusterRequest;
  const mine = redactSecrets(request) as CreateClusterRequest;
  return diff(other, mine).map(({ path }) =>
    path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join(''),
  );
}
