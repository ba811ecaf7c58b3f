import { readFileSync } from 'node:fs';
import { ConfigurationError } from './configuration-error.ts';

/** A file of settings that a process reads again whenever it changes. */
export interface FollowedFile<Content> {
  /** The content of the last version that could be used. */
  current: () => Content;
  /** Stops following the file. */
  close: () => void;
}

export interface FollowOptions<Content> {
  /** The variable that names the file, for messages. */
  variable: string;
  /** Reads the text of the file. Throws if it is invalid. */
  read: (text: string, path: string) => Content;
  /** Called with the content of each new version. */
  onChange: (content: Content) => void;
  /** Called once for each version that cannot be used. The last content stays. */
  onProblem: (error: unknown) => void;
  /** Called once, when a second look finds the first version unchanged. If it has changed, `onChange` is called instead. */
  onConfirmed?: (content: Content) => void;
  /** @default 1_000 */
  intervalMs?: number;
}

/**
 * Reads a file of settings, and again whenever it changes. A new version counts when two looks in a row find it: while somebody
 * writes the file, it may look like one with fewer entries.
 *
 * @throws ConfigurationError if the file is missing or invalid
 */
export function followFile<Content>(
  path: string,
  { variable, read, onChange, onProblem, onConfirmed, intervalMs = 1_000 }: FollowOptions<Content>,
): FollowedFile<Content> {
  let used = readSettings(path, variable);
  let seen = used;
  let current = read(used, path);
  let isConfirmed = false;
  let isMissing = false;

  function look(): void {
    try {
      const now = readSettings(path, variable);
      isMissing = false;
      const isWhole = now === seen;
      seen = now;
      if (isWhole) use(now);
    } catch (error) {
      if (!isMissing) onProblem(error);
      isMissing = error instanceof UnreadableFileError;
    }
  }

  function use(now: string): void {
    const isFirst = !isConfirmed && now === used;
    isConfirmed = true;
    if (isFirst) return onConfirmed?.(current);
    if (now === used) return;
    // Kept even if it is invalid, so that the problem is reported once.
    used = now;
    current = read(now, path);
    onChange(current);
  }

  // Reads the file itself: events are lost where a file is mounted or a link replaced, and its times are too coarse.
  const timer = setInterval(look, intervalMs).unref();
  return { current: () => current, close: () => clearInterval(timer) };
}

/**
 * Reads the text of a file of settings.
 *
 * @throws ConfigurationError if it cannot be read
 */
export function readSettings(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnreadableFileError([`${variable}: ${path} cannot be read (${code})`]);
  }
}

class UnreadableFileError extends ConfigurationError {}
