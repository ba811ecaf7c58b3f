import { z } from 'zod';
import type { BceCredentials } from '../../cce/signer.ts';
import { OrchestratorError } from '../../temporal/orchestrator-error.ts';

/** What a file or a command gave. */
export interface DatedCredentials {
  credentials: BceCredentials;
  /** Epoch milliseconds; `Infinity` where the document names no end. */
  expiresAtMs: number;
}

/** Credentials cannot be had. The message names the setting and what to do, and has nothing of any key. */
export class CredentialsError extends OrchestratorError {
  override readonly name = 'CredentialsError';
  readonly kind = 'configuration';
}

const key = z.string({ error: 'is missing, or is no text' }).regex(/^\S+$/, 'is empty, or contains white space');

/** The names are those of the answer of the vendor's token service (STS), whose other fields are passed over. */
const documentSchema = z.object({
  accessKeyId: key,
  secretAccessKey: key,
  sessionToken: key.optional(),
  expiration: z.iso.datetime({ offset: true, error: 'is no ISO 8601 time' }).optional(),
});

/**
 * Reads `{"accessKeyId", "secretAccessKey", "sessionToken"?, "expiration"?}`.
 *
 * @param origin Names the document in errors.
 * @throws CredentialsError with all problems, also where the credentials have expired
 */
export function parseCredentials(text: string, origin: string): DatedCredentials {
  const parsed = documentSchema.safeParse(parseJSON(text, origin));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'} ${message}`);
    throw new CredentialsError(`${origin} gives no usable credentials: ${problems.join('; ')}`);
  }
  const { accessKeyId: accessKeyID, secretAccessKey, sessionToken, expiration } = parsed.data;
  const expiresAtMs = expiration === undefined ? Infinity : Date.parse(expiration);
  if (expiresAtMs <= Date.now()) {
    throw new CredentialsError(`${origin} gives credentials that expired at ${expiration}; it must give newer ones`);
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
    // The parser's own message quotes what it could not read.
    throw new CredentialsError(`${origin} gives no JSON; docs/secrets.md shows what is wanted`);
  }
}
