import type { PollTrouble, ReportSequence, Step, StepError } from './current-step.ts';

// Heartbeat details may be of any build, and are read field by field.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isSequence(sequence: unknown): sequence is ReportSequence {
  return Array.isArray(sequence) && sequence.length === 3 && sequence.every((part) => Number.isFinite(part));
}

export function readTrouble(trouble: unknown): PollTrouble | undefined {
  if (!isRecord(trouble)) return undefined;
  const { failures, message } = trouble;
  return typeof failures === 'number' && typeof message === 'string' ? { failures, message } : undefined;
}

/** `undefined` unless all of them can be read. */
export function readSteps(steps: unknown): Step[] | undefined {
  const read = Array.isArray(steps) ? steps.map(readStep) : [undefined];
  return read.every((step) => step !== undefined) ? read : undefined;
}

function readStep(step: unknown): Step | undefined {
  if (!isRecord(step)) return undefined;
  const { name, index, total, status, retryCount, startedAt, finishedAt, error } = step;
  if (typeof name !== 'string' || typeof status !== 'string') return undefined;
  if (typeof index !== 'number' || typeof total !== 'number' || typeof retryCount !== 'number') return undefined;
  return {
    name,
    index,
    total,
    status,
    retryCount,
    ...(typeof startedAt === 'string' && { startedAt }),
    ...(typeof finishedAt === 'string' && { finishedAt }),
    ...(isRecord(error) && { error: readError(error) }),
  };
}

function readError({ code, message, suggestion, traceID }: Record<string, unknown>): StepError {
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    ...(typeof suggestion === 'string' && { suggestion }),
    ...(typeof traceID === 'string' && { traceID }),
  };
}
