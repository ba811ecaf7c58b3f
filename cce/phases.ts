/**
 * The phases of a cluster that are known: the first eight from the API page, the others from the vendor's SDK (the
 * spelling of some is the vendor's). The service may add others, so a phase on the wire is any string.
 */
export const clusterPhases = [
  'pending',
  'provisioning',
  'provisioned',
  'running',
  'create_failed',
  'deleting',
  'deleted',
  'delete_failed',
  'upgrading',
  'upgrade_failed',
  'eip_opening',
  'eip_open_failed',
  'eip_closing',
  'eip_close_failed',
  'apiserver_san_updating',
  'apiserver_san_update_failed',
  'starting',
  'releasing',
  'stoping',
  'stoped',
  'kms_encryption_enabling',
  'kms_encryption_enable_failed',
  'kms_encryption_disabling',
  'kms_encryption_disable_failed',
] as const;

/** A phase as it stands on the wire: a known one, or one that is not known yet. */
export type ClusterPhase = (typeof clusterPhases)[number] | (string & {});

/** What a phase means to somebody who waits for a cluster to run. An unknown phase is a reason to go on waiting. */
export function phaseDuringCreate(phase: ClusterPhase): 'waiting' | 'succeeded' | 'failed' | 'deleted' {
  switch (phase) {
    case 'running':
      return 'succeeded';
    case 'create_failed':
      return 'failed';
    case 'deleting':
    case 'deleted':
    case 'delete_failed':
      return 'deleted';
    default:
      return 'waiting';
  }
}

/**
 * What a phase means to somebody who waits for a cluster to be gone. A cluster that is still `running` shortly after
 * the DELETE call is a reason to go on waiting.
 */
export function phaseDuringDelete(phase: ClusterPhase): 'waiting' | 'succeeded' | 'failed' {
  switch (phase) {
    case 'deleted':
      return 'succeeded';
    case 'delete_failed':
      return 'failed';
    default:
      return 'waiting';
  }
}
