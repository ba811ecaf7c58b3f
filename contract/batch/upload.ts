import type { CancelRequest } from '../cancel-request.ts';
import type { AccountRegion } from '../identity.ts';
import type { PackedItem } from './packed-items.ts';
import type { EndedItem, ItemReference, RefusedItem, StartedItem } from './reports.ts';

/** Where the items of a batch are kept. */
export interface BatchUpload extends AccountRegion {
  name: string;
  /** Tells the pages of this batch from those of others of its name. */
  uploadID: string;
  items: number;
  itemsPerPage: number;
}

export interface StartItemsInput {
  upload: BatchUpload;
  /**
   * In the memo of what is started, so that it is known again when this is repeated. Begins with the ID of the upload:
   * that makes it the batch's own.
   */
  startedBy: string;
  indices: number[];
  /** Delete what the creates with these indices have made, instead of starting them. */
  rollback: boolean;
}

/** What a batch asks of its workers, which ask Temporal. All of it may be repeated at will. */
export interface BatchActivities {
  /** Tells the pages of a batch that they are needed, or no longer. */
  holdPages: (input: { upload: BatchUpload; hold: boolean }) => Promise<void>;
  /** Starts the ordinary workflows of items, or attaches to those that are under way. */
  startItems: (input: StartItemsInput) => Promise<{ started: StartedItem[]; refused: RefusedItem[] }>;
  /**
   * Waits until some of the items have ended, in whatever way, and gathers for a few seconds where many are. Returns
   * without any after ten minutes. Tells why for the last twenty that failed, which are all that a batch keeps.
   * `sinceMs`: items that ended before this time have been told of, in milliseconds of the epoch.
   */
  awaitItems: (input: { scope: AccountRegion; items: PackedItem[]; sinceMs: number }) => Promise<EndedItem[]>;
  /** Cancels items; those that have ended are passed over. */
  cancelItems: (input: { items: ItemReference[]; request: CancelRequest }) => Promise<void>;
}
