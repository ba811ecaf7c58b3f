import type { CceApiError } from '../../cce/cce-api-error.ts';

/** The vendor's code, for metrics and spans, which people without any key may read. */
export function errorCode({ code }: CceApiError): string {
  // A code is a word. What is none may be a part of the request that the service quotes, and so of a secret.
  return /^\w[\w.-]{0,63}$/.test(code) ? code : 'other';
}
