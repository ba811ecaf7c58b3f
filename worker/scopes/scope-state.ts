import type { MetricMeter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import { wrapCalls } from '../../activities/api/wrap-calls.ts';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import { CredentialsError } from '../credentials/document.ts';

/**
 * - `starting`: nobody has asked the service yet.
 * - `working`: the service accepts the keys.
 * - `refused`: there are no keys, or the service refuses them.
 * - `unreachable`: the service has not answered yet.
 */
export type ScopeStateName = 'starting' | 'working' | 'refused' | 'unreachable';

/** The state of an account and region, as everybody may see it. */
export interface ScopeStatus extends AccountRegion {
  state: ScopeStateName;
  /** The code of the service. The log has the message. */
  reason?: string;
}

export interface ScopeState {
  status: () => ScopeStatus;
  /** Notes a state. A new one goes into the log and the metrics. */
  note: (state: ScopeStateName, error?: unknown) => void;
  /** Notes that this process serves the account and region no longer. */
  end: () => void;
}

/** Creates the state of an account and region that nobody has asked the service about. */
export function createScopeState({ account, region }: AccountRegion, meter: MetricMeter, log: Logger): ScopeState {
  const scope = { account, region };
  const ready = meter
    .withTags(scope)
    .createGauge('cce_scope_ready', 'float', undefined, 'whether the service accepts the keys of the account');
  let current: ScopeStatus = { ...scope, state: 'starting' };
  let isOver = false;
  ready.set(0);
  return {
    status: () => current,
    note(state, error) {
      const reason = reasonOf(error);
      if (isOver || (current.state === state && current.reason === reason)) return;
      current = { ...scope, state, ...(reason !== undefined && { reason }) };
      ready.set(state === 'working' ? 1 : 0);
      if (state === 'working') log.info('this account and region is served', scope);
      if (state === 'refused')
        log.error('the keys of this account and region are missing or refused', { ...scope, error });
      if (state === 'unreachable')
        log.warn('the service of this account and region does not answer', { ...scope, error });
    },
    end() {
      isOver = true;
      // A series cannot be removed, and must neither look ready nor raise an alert.
      ready.set(NaN);
    },
  };
}

function reasonOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  return error instanceof CceApiError ? `${error.httpStatus} ${error.code}` : credentialsErrorOf(error)?.name;
}

/** The error of the source of the keys behind a call that was not sent. */
export function credentialsErrorOf(error: unknown): CredentialsError | undefined {
  if (error instanceof CredentialsError) return error;
  return error instanceof Error && error.cause instanceof CredentialsError ? error.cause : undefined;
}

/** A client whose calls note whether the service accepts its keys. A permission that one call lacks says nothing about others. */
export function withState(cce: CceClient, { note }: ScopeState): CceClient {
  return wrapCalls(cce, async (_call, _options, send) => {
    try {
      const answer = await send();
      note('working');
      return answer;
    } catch (error) {
      const isRefused = error instanceof CceApiError && error.kind === 'authentication';
      if (isRefused || credentialsErrorOf(error) !== undefined) note('refused', error);
      throw error;
    }
  });
}
