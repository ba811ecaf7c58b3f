/** The query parameters of the DELETE call (API page, Delete cluster). */
export interface DeletionOptions {
  moveOut: boolean;
  deleteResource: boolean;
  deleteCDSSnapshot: boolean;
}

/** The defaults of a deletion: it deletes machines and keeps post-paid addresses, volumes and snapshots. */
export const defaultDeletionOptions: DeletionOptions = {
  moveOut: false,
  deleteResource: false,
  deleteCDSSnapshot: false,
};
