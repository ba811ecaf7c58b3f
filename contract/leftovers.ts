/** A resource that a deletion leaves in place and on the bill. */
export interface Leftover {
  /** A machine, a public address, or a data disk. */
  kind: 'node' | 'eip' | 'cds';
  /** The ID of the machine or the disk; of a public address the address itself, since the service shows no ID. */
  id: string;
  clusterID: string;
  /** A prepaid machine: its price is paid until the end of its term. */
  prepaid?: true;
}

/** What deletions leave behind, as the service listed it right before they began. It lists no snapshots. */
export interface Leftovers {
  resources: Leftover[];
  /** Why there may be more resources than these. */
  incomplete?: string;
}

/** The leftovers of several deletions, each resource once; `undefined` if there are none. */
export function mergeLeftovers(parts: readonly (Leftovers | undefined)[]): Leftovers | undefined {
  const known = parts.filter((part) => part !== undefined);
  const resources = new Map(
    known.flatMap((part) => part.resources).map((resource) => [`${resource.kind} ${resource.id}`, resource]),
  );
  const incomplete = known.find((part) => part.incomplete !== undefined)?.incomplete;
  if (resources.size === 0 && incomplete === undefined) return undefined;
  return { resources: [...resources.values()], ...(incomplete !== undefined && { incomplete }) };
}
