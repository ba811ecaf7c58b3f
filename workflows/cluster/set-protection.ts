import { TemporalFailure } from '@temporalio/common';
import { isCancellation, upsertMemo } from '@temporalio/workflow';
import type { Protection, ProtectionInput, ProtectionMemo } from '../../contract/protection.ts';
import { setProtection as setProtectionActivity } from '../activity-proxies.ts';
import { describeFailure, failure } from '../operation/operation-failure.ts';

/** Switches the deletion protection of one cluster. A clean-up never lifts one, except from what a create made in excess. */
export async function setProtection(input: ProtectionInput): Promise<Protection> {
  try {
    const protection = await setProtectionActivity(input);
    const { clusterID, forbidDelete } = protection;
    upsertMemo({ clusterID, forbidDelete } satisfies ProtectionMemo);
    return protection;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    throw failure(describeFailure(error, 'ProtectionRefused'));
  }
}
