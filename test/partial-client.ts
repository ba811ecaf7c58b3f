import { wrapCalls } from '../activities/api/wrap-calls.ts';
import type { CceClient } from '../cce/client.ts';

/** A client that serves the given calls, and rejects all others. */
export function partialClient(calls: Partial<CceClient>): CceClient {
  const refuse = wrapCalls({} as CceClient, (call) => Promise.reject(new Error(`${call} is not called here`)));
  return { ...refuse, ...calls };
}
