import {
  approvalWorkflowID,
  createWorkflowID,
  deleteWorkflowID,
  reconcileWorkflowID,
  type AccountRegion,
} from './identity.ts';

/** One run of a workflow. */
interface Run {
  workflowID: string;
  runID: string;
}

/** An operation that an ID names: one run of a create, delete, search for orphans or approval, or the latest run of a batch. */
export type NamedOperation =
  | ({ kind: 'create' | 'delete' | 'reconcile' | 'approval' } & Run)
  | { kind: 'batch'; batch: string };

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
  if (!isKindOfRun(kind) || runID === undefined) return undefined;
  // The workflow ID of a search that deletes has a colon in its last part, which no other name has.
  const last = kind === 'reconcile' ? target.replace('.', ':') : target;
  return { kind, workflowID: `${prefixOf(scope, kind)}${last}`, runID };
}

/** The form of the IDs. Run IDs of Temporal are UUIDs. */
export const operationIDPattern =
  /^(create|delete|reconcile|approval|batch)~([A-Za-z0-9._-]{1,65})(?:~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/;

type KindOfRun = 'create' | 'delete' | 'reconcile' | 'approval';

const kinds = ['delete', 'reconcile', 'approval'] as const;

function isKindOfRun(kind: string | undefined): kind is KindOfRun {
  return kind === 'create' || kinds.some((other) => other === kind);
}

function prefixOf(scope: AccountRegion, kind: KindOfRun): string {
  switch (kind) {
    case 'create':
      return createWorkflowID(scope, '');
    case 'delete':
      return deleteWorkflowID(scope, '');
    case 'reconcile':
      return `${reconcileWorkflowID(scope)}:`;
    case 'approval':
      return approvalWorkflowID(scope, '');
  }
}
