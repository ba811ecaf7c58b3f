import type { AccountRegion } from '../identity.ts';

/** The pages that hold the items of a batch. */
export interface BatchUpload extends AccountRegion {
  name: string;
  /** Distinguishes the pages of this batch from those of other batches with its name. */
  uploadID: string;
  items: number;
  itemsPerPage: number;
}
