import type { LogLevel, LogMetadata, Logger } from '@temporalio/worker';

export interface LogEntry extends LogMetadata {
  level: LogLevel;
  message: string;
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { logger: Logger; entries: LogEntry[] } {
  const entries: LogEntry[] = [];
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}) =>
    void entries.push({ ...meta, level, message });
  const at = (level: LogLevel) => (message: string, meta?: LogMetadata) => log(level, message, meta);
  const logger = {
    log,
    trace: at('TRACE'),
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
  };
  return { logger, entries };
}
