import { ApplicationFailure } from '@temporalio/common';
import type { LogLevel, LogMetadata, Logger } from '@temporalio/worker';
import { pino, type Level } from 'pino';

const levels: Record<LogLevel, Level> = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };

/** Creates a logger that writes one JSON line per entry to standard error. The SDK uses it too. */
export function createLogger(level: Level = 'info'): Logger {
  const logger = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));

  function log(temporalLevel: LogLevel, message: string, meta?: LogMetadata): void {
    const { error, ...rest } = meta ?? {};
    // pino writes an error with its stack under the key `err`.
    const fields = error instanceof Error ? { ...rest, ...requestIDOf(error), err: error } : (meta ?? {});
    logger[isExpected(message) ? 'debug' : levels[temporalLevel]](fields, message);
  }

  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

/** Whether the SDK logs a message for each of its workers. A process has three of them for each account. */
function isExpected(message: string): boolean {
  return /^No (workflows|Nexus services) registered|^Worker state changed$/.test(message);
}

/** Puts the requestID in the same place of each entry, for searches: the failure of an activity holds it deep inside. */
function requestIDOf(error: Error): { requestID?: string } {
  const [detail] = error instanceof ApplicationFailure ? (error.details ?? []) : [error];
  const { requestID } = Object(detail) as { requestID?: unknown };
  return typeof requestID === 'string' ? { requestID } : {};
}
