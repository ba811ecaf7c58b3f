/**
 * The known phases of a cluster: the first eight from the API page, the others from the vendor's SDK (in the vendor's
 * spelling). The service may add phases, so a phase in a response can be any string.
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

/** A phase in a response: a known or a new one. */
export type ClusterPhase = (typeof clusterPhases)[number] | (string & {});

/** Interprets a phase for a caller that waits until a cluster runs. An unknown phase means `waiting`. */
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
 * Interprets a phase for a caller that waits until a cluster is gone. `running` means `waiting`, because a cluster can
 * still have this phase shortly after the DELETE call.
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

/** The known phases of a machine of a cluster. Source: appendix of the API page. The service may add phases. */
export const instancePhases = [
  'pending',
  'provisioning',
  'provisioned',
  'running',
  'create_failed',
  'deleting',
  'deleted',
  'delete_failed',
] as const;

/** A phase of a machine in a response: a known or a new one. */
export type InstancePhase = (typeof instancePhases)[number] | (string & {});

/**
 * Interprets the phase of a machine for a caller that waits until it works as a node. An unknown or absent phase means
 * `beingMade`; `leaving` means that a deletion has begun, whether or not it succeeds.
 */
export function stateOfInstance(phase: InstancePhase | undefined): 'beingMade' | 'ready' | 'failed' | 'leaving' {
  switch (phase) {
    case 'running':
      return 'ready';
    case 'create_failed':
      return 'failed';
    case 'deleting':
    case 'deleted':
    case 'delete_failed':
      return 'leaving';
    default:
      return 'beingMade';
  }
}
