import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { redactSecrets } from '../cce/secrets.ts';
import type { CreateClusterInput } from '../contract/create.ts';
import { checkWorkflowID, createWorkflowID, type Placement } from '../contract/identity.ts';
import { specDigest } from '../contract/marker.ts';
import type { CheckedRequest, CheckRequestInput, CreateForecast } from '../contract/online-check.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { findOperationRun } from '../temporal/executions/start-operation.ts';
import type { checkRequest as checkRequestWorkflow } from '../workflows/cluster/check-request.ts';
import { askWorkers } from './ask-workers.ts';
import type { OnBlocked } from './result-of-sweep.ts';
import { ValidSpec } from './valid-spec.ts';

export interface CheckOptions extends Pick<CreateClusterInput, 'disabledRules' | 'allowDuplicateName'> {
  /** Say also what a create would do. */
  decide?: boolean;
  /** Called while nothing moves, for example because no worker polls. */
  onBlocked?: OnBlocked;
}

/** What rules and service say about a create, and what it would do. */
export interface RequestCheck extends Omit<CheckedRequest, 'decision'> {
  /**
   * What a create would do now; `attach`: a create of the name is under way, or `refuse` if that has another spec. Present if
   * it was asked for.
   */
  decision?: Omit<CreateForecast, 'action'> & { action: CreateForecast['action'] | 'attach' };
  /** What a create would send, with references in place of secrets, and without the marker. */
  request: CreateClusterRequest;
}

const limitSeconds = 120;

/** Checks the body of a create call by the rules, and by what the service says. Creates nothing. */
export async function checkRequest(
  client: Client,
  scope: Placement,
  body: unknown,
  { disabledRules = [], allowDuplicateName = false, decide = false, onBlocked }: CheckOptions,
): Promise<RequestCheck> {
  const { request, warnings } = body instanceof ValidSpec ? body : ValidSpec.of(body, { disabledRules });
  const underWay = decide ? await createUnderWay(client, scope, request) : undefined;
  const redacted = redactSecrets(request) as CreateClusterRequest;
  if (underWay !== undefined) return { errors: [], warnings: [...warnings], decision: underWay, request: redacted };
  const input: CheckRequestInput = {
    request: redacted,
    ...(decide && { decide }),
    ...(allowDuplicateName && { allowDuplicateName }),
  };
  const checked = await askWorkers<typeof checkRequestWorkflow>(client, scope, {
    workflowType: workflowTypes.checkRequest,
    workflowID: checkWorkflowID(scope, randomUUID()),
    input,
    limitSeconds,
    onBlocked,
  });
  return { ...checked, warnings: [...warnings, ...checked.warnings], request: redacted };
}

async function createUnderWay(
  client: Client,
  scope: Placement,
  request: CreateClusterRequest,
): Promise<RequestCheck['decision']> {
  const run = await findOperationRun(client, createWorkflowID(scope, request.cluster.clusterName));
  if (run?.isRunning !== true) return undefined;
  const { clusterID, specDigest: digest } = run.memo;
  const clusterIDs = clusterID === undefined ? [] : [clusterID];
  return { action: digest === specDigest(request) ? 'attach' : 'refuse', clusterIDs };
}
