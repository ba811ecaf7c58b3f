import type { UnsetTimeForm } from './options.ts';

/** RFC 3339 in UTC, whole seconds, as in all answers on the API page. */
export function wireTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** A time that may not have come, in the form chosen for that. `undefined` leaves the field out. */
export function wireTimeOrUnset(timeMs: number | undefined, form: UnsetTimeForm): string | null | undefined {
  if (timeMs !== undefined) return wireTime(timeMs);
  return { absent: undefined, null: null, zero: '0001-01-01T00:00:00Z' }[form];
}
