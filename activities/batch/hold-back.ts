import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import type { WaitsFor } from '../../contract/current-step.ts';
import { withTimeLimit } from '../api/with-time-limit.ts';

/** A service that answers slowly, or a full request budget, holds nothing back. */
const patienceMs = 2_000;

/** After one good answer, items are started without asking for this long. */
const trustMs = 15_000;

/**
 * Starts items of a batch only while the service accepts our calls. While it refuses the keys or is down, items would use up
 * their time limits, or fail: the batch keeps them back instead, and asks again.
 */
export function holdBack(
  startItems: BatchActivities['startItems'],
  cce: Pick<CceClient, 'listClusters'>,
): BatchActivities['startItems'] {
  let trustedUntilMs = 0;
  return async (input) => {
    // An earlier attempt may have started some of the items, and only another one tells the batch.
    if (activityInfo().attempt === 1 && performance.now() >= trustedUntilMs) {
      const trouble = await troubleOf(cce);
      if (trouble !== undefined) {
        log.warn('items of a batch are held back', { batch: input.upload.name, ...trouble });
        return { started: [], refused: [], waitsFor: trouble };
      }
      trustedUntilMs = performance.now() + trustMs;
    }
    return startItems(input);
  };
}

async function troubleOf(cce: Pick<CceClient, 'listClusters'>): Promise<Omit<WaitsFor, 'since'> | undefined> {
  try {
    await withTimeLimit(cancellationSignal(), patienceMs, (signal) =>
      cce.listClusters({ pageNo: 1, pageSize: 1 }, { signal }),
    );
    return undefined;
  } catch (error) {
    const reason = reasonOf(error);
    return reason === undefined ? undefined : { reason, message: (error as Error).message };
  }
}

/** Other errors say nothing about the items. */
function reasonOf(error: unknown): WaitsFor['reason'] | undefined {
  if (error instanceof CceNetworkError) return 'service';
  if (!(error instanceof CceApiError)) return undefined;
  switch (error.kind) {
    case 'authentication':
    case 'expired':
      return 'keys';
    case 'permission':
      return 'rights';
    case 'server':
      return 'service';
    default:
      return undefined;
  }
}
