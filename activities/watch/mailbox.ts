/** Holds the latest letter for one reader, who can wait for it. A letter that is not read in time is lost to the next. */
export interface Mailbox<Letter> {
  put: (letter: Letter) => void;
  /**
   * The letter that came since the last one was read, as soon as there is one; `undefined` if there is none by that
   * time of `performance.now()`. Rejects with the signal's reason when that is aborted.
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
