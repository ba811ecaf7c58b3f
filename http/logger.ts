import { pino, type DestinationStream, type Logger } from 'pino';

/** Creates a logger that writes one JSON line per entry to standard error, as the worker does. */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino({ level, base: null, serializers: { error: describeError, err: describeError } }, destination);
}

/** Without the stack, which may show more than an operator of the server should see. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, cause } = error;
  return { name, message, ...(cause !== undefined && { cause: describeError(cause) }) };
}
