const overdueAfterMs = 3_600_000;

/** Whether a deletion or clean-up that began then takes unusually long. The service needs minutes. */
export function isOverdue(sinceMs: number, nowMs = Date.now()): boolean {
  return nowMs - sinceMs >= overdueAfterMs;
}
