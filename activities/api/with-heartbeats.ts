import { heartbeat } from '@temporalio/activity';

/** A fraction of the heartbeat timeouts of 12 s and more in workflows/activity-proxies.ts. */
const intervalMs = 3_000;

/**
 * Sends heartbeats while an activity runs, so that Temporal notices within seconds when its worker dies. An activity that
 * ends before the first one costs no heartbeat.
 */
export function withHeartbeats<Input, Result>(
  activity: (input: Input) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return async (input) => {
    const heartbeats = setInterval(heartbeat, intervalMs);
    try {
      return await activity(input);
    } finally {
      clearInterval(heartbeats);
    }
  };
}
