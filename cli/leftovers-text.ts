import type { Leftovers } from '../client/index.ts';

const kinds = [
  ['node', 'nodes'],
  ['eip', 'EIPs'],
  ['cds', 'CDS volumes'],
] as const;

/** The resources that a deletion left behind, by kind, in one line: "nodes i-1 (prepaid), i-2; EIPs 203.0.113.7". */
export function leftoversText({ resources, incomplete }: Leftovers): string {
  const groups = kinds.flatMap(([kind, name]) => {
    const ids = resources
      .filter((resource) => resource.kind === kind)
      .map(({ id, prepaid }) => (prepaid ? `${id} (prepaid)` : id));
    return ids.length === 0 ? [] : [`${name} ${ids.join(', ')}`];
  });
  return [...groups, ...(incomplete === undefined ? [] : [`perhaps more: ${incomplete}`])].join('; ');
}
