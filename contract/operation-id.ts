import { createWorkflowID, deleteWorkflowID, reconcileWorkflowID, type AccountRegion } from './identity.ts';

/** One run of a workflow. */
interface Run {
  workflowID: string;
  runID: string;
}

/** An operation that an ID names: one run of a create, delete or search for orphans, or the latest run of a batch. */
export type NamedOperation = ({ kind: 'create' | 'delete' | 'reconcile' } & Run) | { kind: 'batch'; batch: string };

/**
 * Makes the ID of an operation, which has only characters that need no escape in a URL.
 *
 * @example operationIDOf({ account: 'default', region: 'bj' }, create) // 'create~ci-7~0198…'
 */
export function operationIDOf(scope: AccountRegion, { workflowID, runID }: Run): string {
  const kind = kinds.find((other) => workflowID.startsWith(prefixOf(scope, other))) ?? 'create';
  const target = workflowID.slice(prefixOf(scope, kind).length).replace(':', '.');
  return `${kind}~${target}~${runID}`;
}

/** Makes the ID of a batch as an operation. */
export function batchOperationIDOf(name: string): string {
  return `batch~${name}`;
}

/** Reads an ID of {@link operationIDOf} or {@link batchOperationIDOf}. `undefined` if it is not one. */
export function parseOperationID(scope: AccountRegion, id: string): NamedOperation | undefined {
  const [, kind, target = '', runID] = operationIDPattern.exec(id) ?? [];
  if (kind === 'batch') return runID === undefined ? { kind, batch: target } : undefined;
  if ((kind !== 'create' && kind !== 'delete' && kind !== 'reconcile') || runID === undefined) return undefined;
  // The workflow ID of a search that deletes has a colon in its last part, which no other name has.
  const last = kind === 'reconcile' ? target.replace('.', ':') : target;
  return { kind, workflowID: `${prefixOf(scope, kind)}${last}`, runID };
}

/** The form of the IDs. Run IDs of Temporal are UUIDs. */
export const operationIDPattern =
  /^(create|delete|reconcile|batch)~([A-Za-z0-9._-]{1,65})(?:~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/;

const kinds = ['delete', 'reconcile'] as const;

function prefixOf(scope: AccountRegion, kind: 'create' | 'delete' | 'reconcile'): string {
  if (kind === 'create') return createWorkflowID(scope, '');
  return kind === 'delete' ? deleteWorkflowID(scope, '') : `${reconcileWorkflowID(scope)}:`;
}
