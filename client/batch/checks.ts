import { validateBatchRanges } from '../../cce/network-ranges.ts';
import { readPartialRequest } from '../../cce/partial-request.ts';
import { nameRules } from '../../cce/rules/name.ts';
import { validateCreateRequest, type Validation } from '../../cce/validate.ts';
import type { ItemDraft } from './drafts.ts';
import type { ItemProblem } from './problems.ts';

/** Finds the problems of a batch's items, of each alone and between them. */
export function checkDrafts(drafts: readonly ItemDraft[]): { errors: ItemProblem[]; warnings: ItemProblem[] } {
  const validations = validateDrafts(drafts);
  const allOf = (severity: keyof Validation): ItemProblem[] =>
    validations.flatMap((validation, item) => validation[severity].map((problem) => ({ ...problem, item })));
  return {
    errors: [
      ...drafts.flatMap(({ problems }, item) => problems.map((problem) => ({ ...problem, item }))),
      ...allOf('errors'),
      ...findNamesakes(drafts),
      ...findProtectedLeases(drafts),
      ...findOverlaps(drafts),
    ],
    warnings: allOf('warnings'),
  };
}

/**
 * Validates each spec once. Drafts of one spec differ only in their names, and in ranges that were handed out without
 * overlaps, so all of them share the problems, names apart. To validate ten thousand drafts would take seconds.
 */
function validateDrafts(drafts: readonly ItemDraft[]): Validation[] {
  const bySpec = new Map<object, Validation>();
  return drafts.map((draft) => {
    if (draft.kind !== 'create') return { errors: [], warnings: [] };
    const { spec, body, clusterName } = draft;
    const { disabledRules = [] } = draft.options;
    const shared =
      bySpec.get(spec) ??
      validateCreateRequest(body, { disabledRules: [...disabledRules, ...nameRules.map(({ id }) => id)] });
    bySpec.set(spec, shared);
    const nameProblems = nameRules
      .filter(({ id }) => !disabledRules.includes(id))
      .flatMap(({ id, check }) =>
        check({ cluster: { clusterName } }, body, []).map((finding) => ({ ...finding, rule: id })),
      );
    return { errors: [...nameProblems, ...shared.errors], warnings: shared.warnings };
  });
}

/** Finds items for the same cluster. They would become one workflow, or a create and a delete that race each other. */
function findNamesakes(drafts: readonly ItemDraft[]): ItemProblem[] {
  const firstByName = new Map<string, string>();
  return drafts.flatMap((draft, item) => {
    const name = nameOf(draft);
    if (!name) return [];
    const path = draft.kind === 'create' ? 'cluster.clusterName' : 'delete';
    const first = firstByName.get(name);
    if (first === undefined) {
      firstByName.set(name, `items[${item}].${path}`);
      return [];
    }
    const message = `${JSON.stringify(name)} is also the cluster of ${first}.`;
    return [{ item, path, rule: 'batch-name-twice', message, advice: 'Give each item its own cluster.' }];
  });
}

/** Finds clusters that nothing could delete when their time to live is over. */
function findProtectedLeases(drafts: readonly ItemDraft[]): ItemProblem[] {
  return drafts.flatMap((draft, item) => {
    if (draft.kind !== 'create' || draft.options.ttlSeconds === undefined) return [];
    if (readPartialRequest(draft.body).cluster?.forbidDelete !== true) return [];
    return [
      {
        item,
        path: 'cluster.forbidDelete',
        rule: 'batch-protected-lease',
        message: 'The service would not delete a protected cluster when its time to live is over.',
        advice: 'Leave out forbidDelete, or the ttl.',
      },
    ];
  });
}

function nameOf(draft: ItemDraft): string | undefined {
  if (draft.kind === 'create') return draft.clusterName;
  if (draft.kind === 'unreadable') return undefined;
  const { target } = draft.input;
  return 'clusterID' in target ? target.clusterID : target.clusterName;
}

function findOverlaps(drafts: readonly ItemDraft[]): ItemProblem[] {
  const bodies = drafts.map((draft) => (draft.kind === 'create' ? draft.body : undefined));
  return validateBatchRanges(bodies).flatMap((problem) => {
    const [, item = '', path = ''] = /^items\[(\d+)\]\.(.*)$/.exec(problem.path) ?? [];
    const draft = drafts[Number(item)];
    const isDisabled = draft?.kind === 'create' && draft.options.disabledRules?.includes(problem.rule) === true;
    return isDisabled ? [] : [{ ...problem, path, item: Number(item) }];
  });
}
