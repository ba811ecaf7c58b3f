import { ApplicationFailure } from '@temporalio/common';
import type { LogLevel, LogMetadata, Logger } from '@temporalio/worker';
import { pino, type Level } from 'pino';

const levels: Record<LogLevel, Level> = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };

/** One JSON line an entry on standard error, the SDK's own entries among them. */
export function createLogger(level: Level = 'info'): Logger {
  const logger = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));

  function log(temporalLevel: LogLevel, message: string, meta?: LogMetadata): void {
    const { error, ...rest } = meta ?? {};
    // `err` is the key under which pino writes an error with its stack.
    const fields = error instanceof Error ? { ...rest, ...requestIDOf(error), err: error } : (meta ?? {});
    logger[levels[temporalLevel]](fields, message);
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

/** At the same place in each entry, for a search: the failure of an activity has it deep inside. */
function requestIDOf(error: Error): { requestID?: string } {
  const [detail] = error instanceof ApplicationFailure ? (error.details ?? []) : [error];
  const { requestID } = Object(detail) as { requestID?: unknown };
  return typeof requestID === 'string' ? { requestID } : {};
}
