import type { FastifyBaseLogger } from 'fastify';
import { followFile, type FollowedFile, type Scopes } from '../../client/index.ts';
import { keepWebhooks } from './keep-webhooks.ts';
import { readWebhooks, type FileWebhook } from './webhooks-file.ts';

interface FollowWebhooksOptions {
  scopes: Pick<Scopes, 'of' | 'within'>;
  logger: Pick<FastifyBaseLogger, 'warn' | 'error'>;
  /** Ends the attempts to register. */
  stopping: AbortSignal;
}

/**
 * Registers the webhooks of a file, and again when it changes. Also of the first version only once two looks have found the
 * same: a file that is still being written would remove webhooks, with all that they have not delivered.
 *
 * @throws ConfigurationError if the file is missing or invalid
 */
export function followWebhooks(
  path: string,
  { scopes, logger, stopping }: FollowWebhooksOptions,
): FollowedFile<FileWebhook[]> {
  const keep = keepWebhooks(scopes, {
    signal: stopping,
    onError: (error, scope) =>
      logger.warn({ error, ...scope }, 'the webhooks of the file could not be registered; that is tried again'),
  });
  return followFile(path, {
    variable: 'CCE_WEBHOOKS_FILE',
    read: readWebhooks,
    onConfirmed: keep,
    onChange: keep,
    onProblem: (error) => logger.error({ error }, 'the webhooks file is invalid; the webhooks stay as they were'),
  });
}
