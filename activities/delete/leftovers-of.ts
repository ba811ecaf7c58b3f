import type { Cluster, DeleteClusterOptions } from '../../cce/cluster.ts';
import type { ListedInstance } from '../../cce/instances.ts';
import type { Leftover } from '../../contract/leftovers.ts';

/**
 * Says which of a cluster's resources a deletion with these options leaves in place (docs/assumptions.md): machines that
 * are moved out, that existed before or that are prepaid, with all that belongs to them; and public addresses and data
 * disks unless the deletion includes them.
 */
export function leftoversOf(
  { deleteResource = false, moveOut = false }: DeleteClusterOptions,
  { spec: { clusterID }, status: { clusterBLB } }: Pick<Cluster, 'spec' | 'status'>,
  instances: readonly ListedInstance[],
): Leftover[] {
  return [
    ...(deleteResource ? [] : leftovers('eip', [clusterBLB?.eip])),
    ...instances.flatMap(({ spec, status }) => {
      const { instanceID, eip, mountList = [] } = status?.machine ?? {};
      const isPrepaid = spec?.instanceChargingType === 'Prepaid';
      const nodeStays = moveOut || isPrepaid || spec?.existed === true;
      const nodes = nodeStays ? leftovers('node', [instanceID || spec?.cceInstanceID]) : [];
      return [
        ...nodes.map((node) => ({ ...node, ...(isPrepaid && { prepaid: true as const }) })),
        ...(nodeStays || !deleteResource ? leftovers('eip', [eip]) : []),
        ...(nodeStays || !deleteResource
          ? leftovers(
              'cds',
              mountList.map((disk) => disk?.cdsID),
            )
          : []),
      ];
    }),
  ];

  /** A machine that is being made has no IDs yet, and most have no public address. */
  function leftovers(kind: Leftover['kind'], ids: readonly (string | undefined)[]): Leftover[] {
    return ids.flatMap((id) => (id ? [{ kind, id, clusterID }] : []));
  }
}
