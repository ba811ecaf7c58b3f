/** Holds the latest letter for one reader, who can wait for it. A new letter replaces one that was not read. */
export interface Mailbox<Letter> {
  put: (letter: Letter) => void;
  /**
   * Waits for a letter that arrives after the last one was read.
   *
   * @param untilMs The end of the wait, as a time of `performance.now()`.
   * @returns The letter, or `undefined` if none arrives in time.
   * @throws The reason of the signal, if the signal is aborted.
   */
  next: (untilMs: number) => Promise<Letter | undefined>;
}

export function createMailbox<Letter>(signal: AbortSignal): Mailbox<Letter> {
  let letter: Letter | undefined;
  let wake = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });

  return {
    put(newLetter) {
      letter = newLetter;
      wake();
    },
    async next(untilMs) {
      signal.throwIfAborted();
      const leftMs = untilMs - performance.now();
      if (letter === undefined && leftMs > 0) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, leftMs);
        });
        clearTimeout(timer);
        signal.throwIfAborted();
      }
      const read = letter;
      letter = undefined;
      return read;
    },
  };
}
