import { followFile, readSettings, type FollowedFile, type FollowOptions } from '../../temporal/followed-file.ts';
import type { ScopeConfiguration } from '../configuration.ts';
import { readScopes } from './scopes-file.ts';

const variable = 'CCE_SCOPES_FILE';
const read = (text: string, path: string) => readScopes(text, path, process.env);

/**
 * Reads the scopes file, and again whenever it changes.
 *
 * @throws ConfigurationError if the file is missing or invalid
 */
export function followScopes(
  file: string,
  callbacks: Pick<FollowOptions<ScopeConfiguration[]>, 'onChange' | 'onProblem'>,
): FollowedFile<ScopeConfiguration[]> {
  return followFile(file, { variable, read, ...callbacks });
}

/**
 * Reads the scopes file once.
 *
 * @throws ConfigurationError if it is missing or invalid
 */
export function loadScopes(file: string): ScopeConfiguration[] {
  return read(readSettings(file, variable), file);
}
