import type { UnsetTimeForm } from './options.ts';

/** Formats a time as RFC 3339 in UTC with whole seconds, as in all responses on the API page. */
export function wireTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Formats a time that may be unset. `undefined` omits the field. */
export function wireTimeOrUnset(timeMs: number | undefined, form: UnsetTimeForm): string | null | undefined {
  if (timeMs !== undefined) return wireTime(timeMs);
  return { absent: undefined, null: null, zero: '0001-01-01T00:00:00Z' }[form];
}
