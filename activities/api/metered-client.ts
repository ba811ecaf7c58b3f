import type { MetricMeter } from '@temporalio/common';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { createBoundedLabel } from './bounded-label.ts';
import { errorCode } from './error-code.ts';
import { wrapCalls } from './wrap-calls.ts';

/** Adds metrics to a client: the number of calls by name, HTTP status and error code, and their duration. */
export function withMetrics(cce: CceClient, meter: MetricMeter): CceClient {
  const requests = meter.createCounter('cce_api_requests', undefined, 'calls of the CCE API');
  const seconds = meter.createHistogram('cce_api_request_seconds', 'float', 's', 'duration of a call of the CCE API');
  const throttled = meter.createCounter('cce_api_throttled', undefined, 'calls that the CCE API throttled');
  // Starts at 0: a counter that first appears with its first event shows no increase.
  for (const call of Object.keys(cce)) throttled.add(0, { call });
  const codeLabel = createBoundedLabel();

  return wrapCalls(cce, async (call, _, send) => {
    const sentAtMs = performance.now();
    let status = '200';
    let code = '';
    try {
      return await send();
    } catch (error) {
      status = error instanceof CceApiError ? String(error.httpStatus) : 'none';
      code = error instanceof CceApiError ? errorCode(error) : error instanceof Error ? error.name : 'Error';
      if (error instanceof CceApiError && error.kind === 'throttled') throttled.add(1, { call });
      throw error;
    } finally {
      requests.add(1, { call, status, code: codeLabel(code) });
      seconds.record((performance.now() - sentAtMs) / 1000, { call });
    }
  });
}
