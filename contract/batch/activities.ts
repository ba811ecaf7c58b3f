import type { CancelRequest } from '../cancel-request.ts';
import type { WaitsFor } from '../current-step.ts';
import type { AccountRegion } from '../identity.ts';
import type { PackedItem } from './packed-items.ts';
import type { EndedItem, ItemReference, RefusedItem, StartedItem } from './reports.ts';
import type { BatchUpload } from './upload.ts';

/** The activities of a batch. They ask Temporal, and each of them may be repeated at any time. */
export interface BatchActivities {
  /** Tells the pages of a batch whether the batch still needs them. */
  holdPages: (input: { upload: BatchUpload; hold: boolean }) => Promise<void>;
  /** Starts the ordinary workflows of items, or attaches to those that already run. */
  startItems: (input: StartItemsInput) => Promise<StartedItems>;
  /**
   * Waits until some of the items have ended in any way, and collects for a few seconds if there are many. Returns an
   * empty list after ten minutes. Gives the reasons of the last twenty failures, since a batch keeps no more.
   */
  awaitItems: (input: AwaitItemsInput) => Promise<EndedItem[]>;
  /** Cancels items, and passes over those that have ended. `undefined` from workers of version 0.1. */
  cancelItems: (input: CancelItemsInput) => Promise<CancelledItems | undefined>;
}

export interface AwaitItemsInput {
  scope: AccountRegion;
  items: PackedItem[];
  /** The batch knows of the items that ended before this time, in milliseconds since the epoch. */
  sinceMs: number;
  /** Look once and return at once, because items are still being started. */
  once?: boolean;
}

export interface StartedItems {
  started: StartedItem[];
  refused: RefusedItem[];
  /** Present if no item was started, since the service would not let any of them succeed at the moment. */
  waitsFor?: Omit<WaitsFor, 'since'>;
}

/** The indices of the items that were passed over. */
export interface CancelledItems {
  /** Somebody else has asked for their clusters too. */
  claimed: number[];
  /** Their clusters run: they have succeeded. Absent if there are none. */
  running?: number[];
}

export interface CancelItemsInput {
  items: ItemReference[];
  request: CancelRequest;
  /**
   * Pass over the creates whose cluster somebody else has asked for too. `claimed` has their indices. Absent from batches
   * of before that did not roll back.
   */
  spareClaimed?: boolean;
  /**
   * Pass over the creates whose cluster runs and waits for the end of its time to live. `running` has their indices. A
   * rollback does not spare them. Absent from batches of before.
   */
  spareRunning?: boolean;
}

export interface StartItemsInput {
  upload: BatchUpload;
  /**
   * Goes into the memo of each started workflow, so that a repeated attempt recognises it. Begins with the ID of the
   * upload, which marks the workflow as the batch's own.
   */
  startedBy: string;
  indices: number[];
  /**
   * When a person asked for the items, in milliseconds since the epoch: when the batch began, even if it tries some again. Absent
   * from batches of version 0.1.
   */
  askedAtMs?: number;
  /** Delete what the creates with these indices made, instead of starting them. */
  rollback: boolean;
}
