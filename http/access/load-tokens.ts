import { followFile } from '../../client/index.ts';
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
  const { current, close } = followFile(path, {
    variable: 'CCE_HTTP_TOKENS_FILE',
    read: readTokens,
    onChange: () => onReload(),
    onProblem: onReload,
  });
  return { authenticate: (authorization) => current()(authorization), close };
}
