import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../../temporal/configuration-error.ts';
import type { ScopeConfiguration } from '../configuration.ts';
import { readScopes } from './scopes-file.ts';

export interface FollowOptions {
  /** Called with the scopes of each new version of the file. */
  onChange: (scopes: ScopeConfiguration[]) => void;
  /** Called once for each version that cannot be used. The scopes stay as they are. */
  onProblem: (error: unknown) => void;
  /** @default 1_000 */
  intervalMs?: number;
}

/**
 * Reads the scopes file, and again whenever it changes.
 *
 * @returns The scopes as they are now, and a function that stops following the file.
 * @throws ConfigurationError if the file is missing or invalid
 */
export function followScopes(
  file: string,
  { onChange, onProblem, intervalMs = 1_000 }: FollowOptions,
): { scopes: ScopeConfiguration[]; stop: () => void } {
  let used = textOf(file);
  let seen = used;
  const scopes = readScopes(used, file, process.env);
  let isMissing = false;

  function look(): void {
    try {
      const now = textOf(file);
      isMissing = false;
      const isWhole = now === seen;
      seen = now;
      // While somebody writes the file, it may look like one with fewer accounts.
      if (!isWhole || now === used) return;
      // Kept even if it is invalid, so that the problem is reported once.
      used = now;
      onChange(readScopes(now, file, process.env));
    } catch (error) {
      if (!isMissing) onProblem(error);
      isMissing = error instanceof UnreadableFileError;
    }
  }

  // Reads the file itself: events are lost where a file is mounted or a link replaced, and its times are too coarse.
  const timer = setInterval(look, intervalMs).unref();
  return { scopes, stop: () => clearInterval(timer) };
}

/**
 * Reads the scopes file once.
 *
 * @throws ConfigurationError if it is missing or invalid
 */
export function loadScopes(file: string): ScopeConfiguration[] {
  return readScopes(textOf(file), file, process.env);
}

class UnreadableFileError extends ConfigurationError {}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnreadableFileError([`CCE_SCOPES_FILE: ${file} cannot be read (${code})`]);
  }
}
