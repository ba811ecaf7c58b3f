import type { FastifyRequest } from 'fastify';
import { batchOperationIDOf, type AccountRegion, type BatchToStart, type Orchestrator } from '../../client/index.ts';
import { visibleBatch } from '../access/visible-batch.ts';
import { batchOperation, operationPath } from '../operation-resource.ts';
import type { OperationResource } from '../schemas/operation.ts';
import { settledBatch, type Wait } from '../settled.ts';
import { approveFirst } from './approve-first.ts';
import { scopeOf, type RouteOptions } from './context.ts';

/** Starts a batch, or attaches to it. One that deletes waits for its approval where a second principal has to give that. */
export async function startBatch(
  options: RouteOptions,
  request: FastifyRequest & { params: AccountRegion },
  orchestrator: Orchestrator,
  batch: BatchToStart,
  { mayDelete, wait }: { mayDelete: boolean; wait: Wait | undefined },
): Promise<OperationResource> {
  const read = async (attached: boolean) => {
    const operation = await statusOf(request, orchestrator, scopeOf(request), batch.name, wait);
    return { ...operation, metadata: { ...operation.metadata, attached } };
  };
  const carryOut = async () => read((await orchestrator.batches.start(batch)).attached);
  if (!mayDelete) return carryOut();
  const change = { kind: 'batch', batch } as const;
  return approveFirst(options, request, orchestrator, change, { carryOut, underWay: () => read(true) });
}

/** Reads a batch that a change has reached. If that fails, the change has taken effect all the same. */
export async function statusOf(
  request: Pick<FastifyRequest, 'principal'>,
  orchestrator: Orchestrator,
  scope: AccountRegion,
  name: string,
  wait: Wait | undefined,
): Promise<OperationResource> {
  try {
    return batchOperation(scope, visibleBatch(request, await settledBatch(orchestrator, scope, name, wait)));
  } catch {
    const operation = operationPath(scope, batchOperationIDOf(name));
    return { name: operation, done: false, metadata: { kind: 'batch', batch: name } };
  }
}
