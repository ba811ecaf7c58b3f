import { z } from 'zod';
import type { BceCredentials } from '../../cce/signer.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** Credentials from a file or a command. */
export interface DatedCredentials {
  credentials: BceCredentials;
  /** In epoch milliseconds; `Infinity` if the document names no expiration. */
  expiresAtMs: number;
}

/** Thrown if credentials are unavailable. The message names the setting and what to do, and contains no part of a key. */
export class CredentialsError extends OrchestratorError {
  override readonly name = 'CredentialsError';
  readonly kind = 'configuration';
}

const key = z.string({ error: 'is missing or not a string' }).regex(/^\S+$/, 'is empty or contains white space');

/** The fields of an answer of the vendor's token service (STS); its other fields are ignored. */
const documentSchema = z.object({
  accessKeyId: key,
  secretAccessKey: key,
  sessionToken: key.optional(),
  expiration: z.iso.datetime({ offset: true, error: 'is not an ISO 8601 time' }).optional(),
});

/**
 * Reads `{"accessKeyId", "secretAccessKey", "sessionToken"?, "expiration"?}`.
 *
 * @param origin Names the document in errors.
 * @throws CredentialsError with all problems, also if the credentials have expired
 */
export function parseCredentials(text: string, origin: string): DatedCredentials {
  const parsed = documentSchema.safeParse(parseJSON(text, origin));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'} ${message}`);
    throw new CredentialsError(`${origin} provides no usable credentials: ${problems.join('; ')}`);
  }
  const { accessKeyId: accessKeyID, secretAccessKey, sessionToken, expiration } = parsed.data;
  const expiresAtMs = expiration === undefined ? Infinity : Date.parse(expiration);
  if (expiresAtMs <= Date.now()) {
    throw new CredentialsError(
      `${origin} provides credentials that expired at ${expiration}; it must provide newer ones`,
    );
  }
  return {
    credentials: { accessKeyID, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    expiresAtMs,
  };
}

function parseJSON(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would quote the text, and so a key.
    throw new CredentialsError(`${origin} does not provide valid JSON; docs/secrets.md shows the format`);
  }
}
