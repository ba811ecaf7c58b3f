import { createWorkflowID, deleteWorkflowID, type AccountRegion } from '../contract/identity.ts';
import type { OperationReference } from './operation.ts';

/** An operation that an ID names: one run of a create or delete, or the latest run of a batch. */
export type NamedOperation = ({ kind: 'create' | 'delete'; target: string } & OperationReference) | NamedBatch;

interface NamedBatch {
  kind: 'batch';
  batch: string;
}

/**
 * Makes the ID of an operation, which has only characters that need no escape in a URL.
 *
 * @example operationIDOf({ account: 'default', region: 'bj' }, create) // 'create~ci-7~0198…'
 */
export function operationIDOf(scope: AccountRegion, { workflowID, runID }: OperationReference): string {
  const deletePrefix = deleteWorkflowID(scope, '');
  const kind = workflowID.startsWith(deletePrefix) ? 'delete' : 'create';
  const prefix = kind === 'delete' ? deletePrefix : createWorkflowID(scope, '');
  return `${kind}~${workflowID.slice(prefix.length)}~${runID}`;
}

/** Makes the ID of a batch as an operation. */
export function batchOperationIDOf(name: string): string {
  return `batch~${name}`;
}

/** Reads an ID of {@link operationIDOf} or {@link batchOperationIDOf}. `undefined` if it is not one. */
export function parseOperationID(scope: AccountRegion, id: string): NamedOperation | undefined {
  const [, kind, target = '', runID] = operationIDPattern.exec(id) ?? [];
  if (kind === 'batch' && runID === undefined) return { kind, batch: target };
  if ((kind !== 'create' && kind !== 'delete') || runID === undefined) return undefined;
  const workflowID = kind === 'create' ? createWorkflowID(scope, target) : deleteWorkflowID(scope, target);
  return { kind, target, workflowID, runID };
}

/** The form of the IDs. Run IDs of Temporal are UUIDs. */
export const operationIDPattern =
  /^(create|delete|batch)~([A-Za-z0-9._-]{1,65})(?:~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/;
