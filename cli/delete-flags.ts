import type { Command } from 'commander';
import type { DeleteOptions } from '../client/index.ts';

/** The flags of every command that deletes. */
export interface DeleteFlags {
  deleteResource?: boolean;
  deleteCdsSnapshot?: boolean;
  moveOut?: boolean;
}

/** @param when A prefix of the help texts, for flags that depend on another flag, e.g. `with --delete: ` */
export function withDeleteFlags(command: Command, when = ''): Command {
  return command
    .option('--delete-resource', `${when}also delete post-paid EIPs and CDS volumes, which otherwise remain billed`)
    .option('--delete-cds-snapshot', `${when}also delete CDS snapshots`)
    .option('--move-out', `${when}keep the nodes, removing them from the cluster`);
}

/** The flags as the user gave them. */
export function deleteFlagsText({ deleteResource, deleteCdsSnapshot, moveOut }: DeleteFlags): string[] {
  return [
    ...(deleteResource === true ? ['--delete-resource'] : []),
    ...(deleteCdsSnapshot === true ? ['--delete-cds-snapshot'] : []),
    ...(moveOut === true ? ['--move-out'] : []),
  ];
}

/**
 * Includes only the flags that the user set. An explicit `moveOut: false` would make a clean-up delete machines that
 * existed before the cluster.
 */
export function deleteOptionsOf({ deleteResource, deleteCdsSnapshot, moveOut }: DeleteFlags): DeleteOptions {
  return {
    ...(deleteResource === true && { deleteResource }),
    ...(deleteCdsSnapshot === true && { deleteCDSSnapshot: true }),
    ...(moveOut === true && { moveOut }),
  };
}
