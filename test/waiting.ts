/** For `vi.waitUntil`, `vi.waitFor` and `expect.poll`: the time is a limit for tests that hang, not a measure of speed. */
export const waiting = { interval: 20, timeout: 100_000 };
