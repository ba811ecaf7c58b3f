import type { WorkerDeploymentVersion } from '@temporalio/common';
import ms, { type StringValue } from 'ms';
import type { Level } from 'pino';
import { z } from 'zod';
import { apiBaseURL } from '../cce/endpoint.ts';
import { labelPattern } from '../contract/identity.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';
import { findCredentialsSource, type CredentialsSource } from './credentials/source.ts';

/** What a worker needs to know besides Temporal's own settings. */
export interface WorkerConfiguration {
  account: string;
  region: string;
  endpoint?: string;
  pathPrefix: string;
  credentials: CredentialsSource;
  pollIntervalMs: number;
  /** Calls of the API, by this worker; the calls that change things, by all workers of the account together. */
  maximumRequestsPerSecond: number;
  /** Where set, `{fromFile}` references of specs are read from below this folder only. */
  secretsFolder?: string;
  logLevel: Level;
  /** Where probes and metrics are served; absent: nowhere. 0 is any free port. */
  httpPort?: number;
  /** The version of a worker deployment that this worker is of; absent: it takes work of any version. */
  deploymentVersion?: WorkerDeploymentVersion;
}

const label = z.string().regex(labelPattern, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

const notPositive = 'is not a positive number';

const environmentSchema = z.object({
  CCE_ACCOUNT: label.default('default'),
  CCE_REGION: label.default('bj'),
  CCE_ENDPOINT: z.string().optional(),
  CCE_PATH_PREFIX: z.string().default('/v2'),
  CCE_POLL_INTERVAL: z.string().default('10s').transform(toMilliseconds),
  CCE_MAX_REQUESTS_PER_SECOND: z
    .string()
    .regex(/^\d+(\.\d+)?$/, notPositive)
    .default('20')
    .transform(Number)
    .pipe(z.number().positive(notPositive)),
  CCE_SECRETS_DIR: z.string().optional(),
  CCE_HTTP_PORT: z
    .string()
    .regex(/^\d+$/, 'is not a port')
    .transform(Number)
    .pipe(z.number().max(65_535, 'is not a port'))
    .optional(),
  // Temporal puts a dot or a colon between the two.
  CCE_WORKER_DEPLOYMENT: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be 1 to 100 letters, digits, dashes or underscores')
    .optional(),
  CCE_WORKER_BUILD_ID: label.optional(),
  CCE_LOG_LEVEL: z
    // No trace: there the SDK writes out all that a workflow is given, decrypted.
    .enum(['debug', 'info', 'warn', 'error'], { error: 'is none of debug, info, warn, error' })
    .default('info'),
});

/**
 * Reads the worker's settings from environment variables, see the README for the list.
 *
 * @param bakedBuildID What the package was built from; `CCE_WORKER_BUILD_ID` goes first.
 * @throws ConfigurationError with all problems at once
 */
export function readConfiguration(environment: NodeJS.ProcessEnv, bakedBuildID?: string): WorkerConfiguration {
  // An empty variable is how many shells and manifests say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const credentials = findCredentialsSource(given);
  if ('problems' in credentials) problems.push(...credentials.problems);
  const endpointProblem = checkEndpoint(given);
  if (endpointProblem !== undefined) problems.push(endpointProblem);
  const { CCE_WORKER_DEPLOYMENT: deploymentName, CCE_WORKER_BUILD_ID: buildId = bakedBuildID } = given;
  if (deploymentName !== undefined && buildId === undefined) {
    problems.push(
      'CCE_WORKER_BUILD_ID is not set, and this package was built without git: CCE_WORKER_DEPLOYMENT needs it',
    );
  }
  if (!parsed.success || 'problems' in credentials || problems.length > 0) throw new ConfigurationError(problems);
  const settings = parsed.data;
  return {
    account: settings.CCE_ACCOUNT,
    region: settings.CCE_REGION,
    ...(settings.CCE_ENDPOINT !== undefined && { endpoint: settings.CCE_ENDPOINT }),
    pathPrefix: settings.CCE_PATH_PREFIX,
    credentials: credentials.source,
    pollIntervalMs: settings.CCE_POLL_INTERVAL,
    maximumRequestsPerSecond: settings.CCE_MAX_REQUESTS_PER_SECOND,
    ...(settings.CCE_SECRETS_DIR !== undefined && { secretsFolder: settings.CCE_SECRETS_DIR }),
    logLevel: settings.CCE_LOG_LEVEL,
    ...(settings.CCE_HTTP_PORT !== undefined && { httpPort: settings.CCE_HTTP_PORT }),
    ...(deploymentName !== undefined && buildId !== undefined && { deploymentVersion: { deploymentName, buildId } }),
  };
}

function toMilliseconds(text: string, context: z.RefinementCtx): number {
  // A number without a unit would be milliseconds, which nobody means.
  const milliseconds = /[a-z]$/i.test(text) ? ms(text as StringValue) : undefined;
  if (milliseconds === undefined || !(milliseconds > 0)) {
    context.addIssue({ code: 'custom', message: `is "${text}", which is not a duration such as 10s` });
    return z.NEVER;
  }
  return milliseconds;
}

function checkEndpoint({ CCE_ENDPOINT, CCE_REGION = 'bj' }: Record<string, string | undefined>): string | undefined {
  try {
    apiBaseURL({ region: CCE_REGION, ...(CCE_ENDPOINT !== undefined && { endpoint: CCE_ENDPOINT }) });
    return undefined;
  } catch (error) {
    return `CCE_ENDPOINT: ${error instanceof Error ? error.message : String(error)}`;
  }
}
