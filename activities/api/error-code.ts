import type { CceApiError } from '../../cce/cce-api-error.ts';

/** Returns the vendor's error code for metrics and spans, which people without an encryption key can read. */
export function errorCode({ code }: CceApiError): string {
  // A code is a single word. Anything else may be a quote from the request, and so part of a secret.
  return /^\w[\w.-]{0,63}$/.test(code) ? code : 'other';
}
