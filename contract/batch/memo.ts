import type { FailurePolicy } from './item.ts';
import type { BatchUpload } from './upload.ts';

/** What is kept of a batch for those who look at it without a worker. Never a secret. */
export interface BatchMemo extends Record<string, unknown> {
  upload: BatchUpload;
  /** Equal for equal items, secrets apart. */
  itemsDigest: string;
  /** When it was first started, RFC 3339: repeating it for the failed items does not change it. */
  since: string;
  failurePolicy: FailurePolicy;
}
