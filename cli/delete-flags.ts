import type { Command } from 'commander';
import type { DeleteOptions } from '../client/index.ts';

/** The flags of every command that deletes. */
export interface DeleteFlags {
  deleteResource?: boolean;
  deleteCdsSnapshot?: boolean;
  moveOut?: boolean;
}

/** @param when Begins their help where they depend on another flag, e.g. `with --delete: ` */
export function withDeleteFlags(command: Command, when = ''): Command {
  return command
    .option('--delete-resource', `${when}delete post-paid EIPs and CDS volumes too, which else stay on the bill`)
    .option('--delete-cds-snapshot', `${when}delete CDS snapshots too`)
    .option('--move-out', `${when}keep the nodes`);
}

/**
 * Only what was asked for: that nobody asked to keep the nodes must not keep a clean-up from sparing machines that were
 * there before.
 */
export function deleteOptionsOf({ deleteResource, deleteCdsSnapshot, moveOut }: DeleteFlags): DeleteOptions {
  return {
    ...(deleteResource === true && { deleteResource }),
    ...(deleteCdsSnapshot === true && { deleteCDSSnapshot: true }),
    ...(moveOut === true && { moveOut }),
  };
}
