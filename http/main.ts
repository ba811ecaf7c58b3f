#!/usr/bin/env node
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  loadEncryption,
  openScopes,
  OrchestratorError,
  startTracing,
  type OrchestratorErrorKind,
} from '../client/index.ts';
import { loadTokens, type LoadedTokens } from './access/load-tokens.ts';
import { createOIDC } from './access/oidc.ts';
import { anonymous } from './access/principal.ts';
import { refuseOtherOrigins } from './access/same-origin.ts';
import { answerArguments } from './command-line.ts';
import { readConfiguration, type ServerConfiguration } from './configuration.ts';
import { createFollowFailureLog } from './follow-failures.ts';
import { createLogger } from './logger.ts';
import { createServer } from './server.ts';
import { followWebhooks } from './webhooks/follow-webhooks.ts';

const answer = answerArguments(process.argv.slice(2));
if (answer !== undefined) {
  if (answer.stdout !== undefined) process.stdout.write(`${answer.stdout}\n`);
  if (answer.stderr !== undefined) process.stderr.write(`${answer.stderr}\n`);
  process.exit(answer.exitCode);
}
/** How long requests may take to finish. Kubernetes kills a process after 30 s by default. */
const stopMs = 25_000;
const configuration = settingsOrExit();
const logger = createLogger(configuration.logLevel);
process.on('uncaughtException', (error) => {
  logger.error({ error }, 'an uncaught error ends the server');
  process.exit(1);
});
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
// Exits explicitly: what is still open after the time limit must not keep the process alive.
process.exit(await run());

function settingsOrExit(): ServerConfiguration {
  try {
    return readConfiguration(process.env);
  } catch (error) {
    if (!isOfKind(error, 'configuration')) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** Returns the exit code. */
async function run(): Promise<number> {
  let tokens: LoadedTokens | undefined;
  let tracing: Awaited<ReturnType<typeof startTracing>>;
  try {
    tracing = await startTracing('cce-server', (message, error) => logger.warn({ error }, message));
    tokens = openTokens();
    if (!loadEncryption().encrypts)
      logger.warn('payloads are NOT encrypted: Temporal stores the content of specs in clear text');
    return await serve(tokens);
  } catch (error) {
    logger.error({ error }, 'the server cannot go on');
    return isOfKind(error, 'configuration') ? 2 : 1;
  } finally {
    tokens?.close();
    await tracing?.stop();
  }
}

function openTokens(): LoadedTokens {
  const { tokensFile, oidc } = configuration;
  if (tokensFile === undefined) {
    if (oidc === undefined) logger.warn('there are no tokens: everybody on this machine may do everything');
    return { authenticate: () => (oidc === undefined ? anonymous : undefined), close() {} };
  }
  return loadTokens(tokensFile, (error) => {
    if (error === undefined) logger.info('the tokens file has been read again');
    else logger.error({ error }, 'the tokens file is invalid; the tokens stay as they were');
  });
}

/** Serves until the process is told to stop. */
async function serve(tokens: LoadedTokens): Promise<number> {
  const { host, port, maximumRequestsPerSecond, tokensFile, oidc, trustedProxies, approvals, webhooksFile } =
    configuration;
  const byOIDC = oidc && createOIDC(oidc, (reason) => logger.info({ reason }, 'a JSON Web Token was refused'));
  const scopes = openScopes({ onFollowError: createFollowFailureLog(logger) });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const app = await createServer({
    scopes,
    authenticate: (authorization) => tokens.authenticate(authorization) ?? byOIDC?.(authorization),
    logger,
    registry,
    maximumRequestsPerSecond,
    ...(trustedProxies !== undefined && { trustedProxies }),
    ...(approvals !== undefined && { approvals }),
    stopping: stopping.signal,
    ...(tokensFile === undefined && oidc === undefined && { prepare: refuseOtherOrigins }),
  });
  // Wrong settings end the process. A Temporal that does not answer yet only makes it unready.
  await scopes.check().catch((error: unknown) => {
    if (isOfKind(error, 'configuration')) throw error;
    logger.warn({ error }, 'Temporal does not answer yet');
  });
  const webhooks =
    webhooksFile === undefined
      ? undefined
      : followWebhooks(webhooksFile, { scopes, logger, stopping: stopping.signal });
  const url = await app.listen({ host, port });
  // local/server-process.ts waits for this line.
  logger.info({ url }, 'server is running');
  await stopped();
  webhooks?.close();
  const late = setTimeout(() => {
    logger.error('requests are still under way; the server ends without them');
    process.exit(1);
  }, stopMs);
  await app.close();
  clearTimeout(late);
  await scopes.close();
  logger.info('server has stopped');
  return 0;
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.signal.aborted) resolve();
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isOfKind(error: unknown, kind: OrchestratorErrorKind): error is OrchestratorError {
  return error instanceof OrchestratorError && error.kind === kind;
}
