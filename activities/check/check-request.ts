import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { OnlineCheck } from '../../contract/online-check.ts';
import { checkCreates } from './check-creates.ts';

/** A person waits. */
const limitMs = 40_000;

/** Asks the service whether one create can work. Changes nothing, and may be repeated. */
export function checkRequest({ cce }: { cce: CceClient }) {
  return async ({ request }: { request: CreateClusterRequest }): Promise<OnlineCheck> => {
    const { errors, warnings } = await checkCreates(cce, [{ request }], { signal: cancellationSignal(), limitMs });
    return { errors, warnings };
  };
}
