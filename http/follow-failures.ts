import type { FastifyBaseLogger } from 'fastify';

/** In an outage every round fails, twice a second. */
const pauseMs = 60_000;

/** Creates a function that logs why Temporal cannot be followed, at most once a minute. */
export function createFollowFailureLog(
  logger: Pick<FastifyBaseLogger, 'warn'>,
  nowMs = Date.now,
): (error: unknown) => void {
  let nextMs = 0;
  return (error) => {
    if (nowMs() < nextMs) return;
    nextMs = nowMs() + pauseMs;
    logger.warn({ error }, 'Temporal cannot be followed for now; streams and waits learn of changes later');
  };
}
