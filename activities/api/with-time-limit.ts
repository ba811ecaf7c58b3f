/**
 * Runs a call with a signal that fires with another one, or after a time.
 *
 * Not `AbortSignal.any` of `AbortSignal.timeout`: Node 20 may collect the latter before it fires (nodejs/node#57736).
 *
 * @throws a `TimeoutError`, as `AbortSignal.timeout` does, if the call passes on the reason of its signal
 */
export async function withTimeLimit<Result>(
  signal: AbortSignal,
  milliseconds: number,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const over = new AbortController();
  const end = () => over.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  const late = setTimeout(
    () => over.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    milliseconds,
  );
  try {
    return await call(over.signal);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', end);
  }
}
