import { existsSync, readFileSync } from 'node:fs';
import { ConfigurationError } from '../../client/index.ts';
import { readTokens, type FindPrincipal } from './tokens-file.ts';

/** The tokens of a file, as it is at the moment. */
export interface LoadedTokens {
  authenticate: FindPrincipal;
  /** Stops following the file. */
  close: () => void;
}

/**
 * Reads the tokens file, and again whenever it changes. A file that is invalid then changes nothing.
 *
 * @param onReload Called after each change, with the error if the file is invalid.
 * @throws ConfigurationError
 */
export function loadTokens(path: string, onReload: (error?: unknown) => void): LoadedTokens {
  let text = textOf(path);
  let current = readTokens(text, path);
  let isMissing = false;

  function look(): void {
    try {
      const now = textOf(path);
      isMissing = false;
      if (now === text) return;
      // Kept even if it is invalid, so that the log says so once.
      text = now;
      current = readTokens(text, path);
      onReload();
    } catch (error) {
      if (!isMissing) onReload(error);
      isMissing = !existsSync(path);
    }
  }

  // Reads the file itself: events are lost where a file is mounted or a link replaced, and its times are too coarse.
  const timer = setInterval(look, intervalMs).unref();
  return { authenticate: (authorization) => current(authorization), close: () => clearInterval(timer) };
}

const intervalMs = 1_000;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError([`CCE_HTTP_TOKENS_FILE: ${path} cannot be read (${code})`]);
  }
}
