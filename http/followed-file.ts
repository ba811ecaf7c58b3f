import { existsSync, readFileSync } from 'node:fs';
import { ConfigurationError } from '../client/index.ts';

/** The present content of a file. */
export interface FollowedFile<Content> {
  current: () => Content;
  /** Stops following the file. */
  close: () => void;
}

interface FollowOptions<Content> {
  /** The variable that names the file, for messages. */
  variable: string;
  /** Reads the text of the file. Throws if it is invalid. */
  read: (text: string, path: string) => Content;
  /** Called after each change, with the error if the file is invalid. */
  onReload: (error?: unknown) => void;
}

const intervalMs = 1_000;

/**
 * Reads a file of settings, and again whenever it changes. If it becomes invalid or missing, its last content stays.
 *
 * @throws ConfigurationError
 */
export function followFile<Content>(
  path: string,
  { variable, read, onReload }: FollowOptions<Content>,
): FollowedFile<Content> {
  let text = textOf(path, variable);
  let current = read(text, path);
  let isMissing = false;

  function look(): void {
    try {
      const now = textOf(path, variable);
      isMissing = false;
      if (now === text) return;
      // Kept even if it is invalid, so that the log reports that once.
      text = now;
      current = read(text, path);
      onReload();
    } catch (error) {
      if (!isMissing) onReload(error);
      isMissing = !existsSync(path);
    }
  }

  // Reads the file itself: events are lost where a file is mounted or a link replaced, and its times are too coarse.
  const timer = setInterval(look, intervalMs).unref();
  return { current: () => current, close: () => clearInterval(timer) };
}

function textOf(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError([`${variable}: ${path} cannot be read (${code})`]);
  }
}
