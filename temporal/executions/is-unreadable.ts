import { ValueError } from '@temporalio/common';
import { PayloadDecryptionError } from '../encryption/payload-decryption-error.ts';

/** Whether an error means that Temporal's answer cannot be decoded, such as for want of a key. Repeating does not help. */
export function isUnreadable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error instanceof PayloadDecryptionError || error instanceof ValueError || isUnreadable(error.cause);
}

/** Reads something, and returns `undefined` if Temporal's answer cannot be decoded. */
export async function ifReadable<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
