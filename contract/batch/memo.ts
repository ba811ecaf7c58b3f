import type { FailurePolicy } from './item.ts';
import type { BatchUpload } from './upload.ts';

/** The memo of a batch, for readers that have no worker to ask. Never contains a secret. */
export interface BatchMemo extends Record<string, unknown> {
  upload: BatchUpload;
  /** Equal for items that are equal except for their secrets. */
  itemsDigest: string;
  /** When the batch was first started, RFC 3339. Repeating it for the failed items does not change this. */
  since: string;
  failurePolicy: FailurePolicy;
  /** Who asked for it, if the client said so. */
  requestedBy?: string;
  /** Who approved it, if that was necessary. */
  approvedBy?: string;
}
