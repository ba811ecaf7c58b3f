import type { WorkerDeploymentVersion } from '@temporalio/common';
import ms, { type StringValue } from 'ms';
import type { Level } from 'pino';
import { z } from 'zod';
import { allowedAddresses } from '../activities/webhook/allowed-addresses.ts';
import { apiBaseURL } from '../cce/endpoint.ts';
import { labelForm, labelPattern, regionForm, regionPattern } from '../contract/identity.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';
import { credentialsVariables, findCredentialsSource, type CredentialsSource } from './credentials/source.ts';

/** The settings of one account and region. */
export interface ScopeConfiguration {
  account: string;
  region: string;
  endpoint?: string;
  pathPrefix: string;
  credentials: CredentialsSource;
  pollIntervalMs: number;
  /** How long reads of the service are assumed to lag at most; tests shorten it. @default 90_000 */
  longestLagMs?: number;
  /** The limit for API calls of this worker, and for changing calls of all workers of the account together. */
  maximumRequestsPerSecond: number;
  /** Tells the clusters of this installation from those of others on the account. @default from namespace and account */
  installation?: string;
  /** If set, `{fromFile}` references of specs are read only from files below this folder. */
  secretsFolder?: string;
  /**
   * If set, `{fromEnv}` references of specs are read only from these variables, and `{fromFile}` references only from the secrets
   * folder: other accounts share this process.
   */
  secretVariables?: readonly string[];
}

/** The settings of the process, except those of the connection to Temporal. */
export interface ProcessConfiguration {
  /** The addresses and ranges that webhooks may also be sent to, beside public ones. @default none */
  webhookRanges?: string[];
  /** Hands over kubeconfigs although nothing is encrypted, and so to everybody who may start workflows. @default false */
  unencryptedKubeconfigs?: true;
  logLevel: Level;
  /** The port for probes and metrics. 0 chooses a free port. Without it the worker serves neither. */
  httpPort?: number;
  /** The worker deployment version that this worker belongs to. Without it the worker takes work of any version. */
  deploymentVersion?: WorkerDeploymentVersion;
}

/** The settings of a worker for one account and region. */
export interface WorkerConfiguration extends ScopeConfiguration, ProcessConfiguration {
  /** The pool whose workflows this worker runs too. */
  pool?: string;
}

/** The settings of a worker for the accounts and regions of a file. */
export interface PoolConfiguration extends ProcessConfiguration {
  pool: string;
  scopesFile: string;
}

const label = z.string().regex(labelPattern, `must be ${labelForm}`);

export const notPositive = 'must be a positive number';

/** The forms of the settings of one account and region, whether they come from variables or from a file. */
export const scopeForms = {
  account: label,
  region: z.string().regex(regionPattern, `must be ${regionForm}`),
  pollInterval: z.string().transform(toMilliseconds),
  installation: label,
};

const scopeSchema = z.object({
  CCE_ACCOUNT: scopeForms.account.default('default'),
  CCE_REGION: scopeForms.region.default('bj'),
  CCE_ENDPOINT: z.string().optional(),
  CCE_PATH_PREFIX: z.string().default('/v2'),
  CCE_POLL_INTERVAL: z.string().default('10s').transform(toMilliseconds),
  CCE_MAX_REQUESTS_PER_SECOND: z
    .string()
    .regex(/^\d+(\.\d+)?$/, notPositive)
    .default('20')
    .transform(Number)
    .pipe(z.number().positive(notPositive)),
  CCE_INSTALLATION: scopeForms.installation.optional(),
  CCE_SECRETS_DIR: z.string().optional(),
});

const processSchema = z.object({
  CCE_WEBHOOK_ALLOWED_RANGES: z
    .string()
    .transform((text) => text.split(',').map((range) => range.trim()))
    .refine(areRanges, 'must be addresses and ranges such as 10.1.0.0/16, with commas between')
    .optional(),
  CCE_UNENCRYPTED_KUBECONFIGS: z.enum(['on', 'off'], { error: 'must be "on" or "off"' }).default('off'),
  CCE_HTTP_PORT: z
    .string()
    .regex(/^\d+$/, 'must be a port number')
    .transform(Number)
    .pipe(z.number().max(65_535, 'must be a port number'))
    .optional(),
  // Temporal joins this name and the build ID by a dot or a colon.
  CCE_WORKER_DEPLOYMENT: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be 1 to 100 letters, digits, dashes or underscores')
    .optional(),
  CCE_WORKER_BUILD_ID: label.optional(),
  CCE_LOG_LEVEL: z
    // No `trace`: at that level the SDK logs the decrypted input of workflows.
    .enum(['debug', 'info', 'warn', 'error'], { error: 'must be one of debug, info, warn, error' })
    .default('info'),
  CCE_POOL: label.optional(),
});

type Given = Record<string, string | undefined>;

/** Many shells and manifests express "not set" by an empty variable. */
function withoutEmpty(environment: NodeJS.ProcessEnv): Given {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

/**
 * Reads the settings of a worker for one account and region from environment variables; docs/configuration.md lists them.
 *
 * @param bakedBuildID The build ID of the package. `CCE_WORKER_BUILD_ID` takes precedence.
 * @throws ConfigurationError with all problems at once
 */
export function readConfiguration(environment: NodeJS.ProcessEnv, bakedBuildID?: string): WorkerConfiguration {
  const given = withoutEmpty(environment);
  const parsed = scopeSchema.extend(processSchema.shape).safeParse(given);
  const problems = problemsOf(parsed.error);
  const credentials = findCredentialsSource(given);
  if ('problems' in credentials) problems.push(...credentials.problems);
  const { CCE_ENDPOINT: endpoint, CCE_REGION: region = 'bj' } = given;
  const endpointProblem = problemOfEndpoint(region, endpoint);
  if (endpointProblem !== undefined) problems.push(`CCE_ENDPOINT: ${endpointProblem}`);
  problems.push(...problemsOfDeployment(given, bakedBuildID));
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
    ...(settings.CCE_INSTALLATION !== undefined && { installation: settings.CCE_INSTALLATION }),
    ...(settings.CCE_SECRETS_DIR !== undefined && { secretsFolder: settings.CCE_SECRETS_DIR }),
    ...(settings.CCE_POOL !== undefined && { pool: settings.CCE_POOL }),
    ...processSettings(settings, given, bakedBuildID),
  };
}

/**
 * Reads the settings of a worker for the accounts and regions of a file, `CCE_SCOPES_FILE`, which it does not read.
 *
 * @param bakedBuildID As for {@link readConfiguration}.
 * @throws ConfigurationError with all problems at once
 */
export function readPoolConfiguration(environment: NodeJS.ProcessEnv, bakedBuildID?: string): PoolConfiguration {
  const given = withoutEmpty(environment);
  const parsed = processSchema.safeParse(given);
  const problems = problemsOf(parsed.error);
  const ofOne = [...Object.keys(scopeSchema.shape), ...credentialsVariables].filter(
    (name) => given[name] !== undefined,
  );
  if (ofOne.length > 0) {
    problems.push(`${ofOne.join(', ')} are for one account, but CCE_SCOPES_FILE names the accounts; unset them`);
  }
  if (given.CCE_POOL === undefined) {
    problems.push('CCE_POOL is not set, but CCE_SCOPES_FILE needs it: workers and clients of a pool have the same one');
  }
  problems.push(...problemsOfDeployment(given, bakedBuildID));
  const { CCE_SCOPES_FILE: scopesFile, CCE_POOL: pool } = given;
  if (!parsed.success || problems.length > 0 || scopesFile === undefined || pool === undefined) {
    throw new ConfigurationError(problems);
  }
  return { scopesFile, pool, ...processSettings(parsed.data, given, bakedBuildID) };
}

function problemsOf(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
}

function problemsOfDeployment(given: Given, bakedBuildID: string | undefined): string[] {
  const { CCE_WORKER_DEPLOYMENT: deploymentName, CCE_WORKER_BUILD_ID: buildId = bakedBuildID } = given;
  if (deploymentName === undefined || buildId !== undefined) return [];
  return ['CCE_WORKER_BUILD_ID is not set, but CCE_WORKER_DEPLOYMENT needs it: this package was built without git'];
}

function processSettings(
  settings: z.infer<typeof processSchema>,
  given: Given,
  bakedBuildID: string | undefined,
): ProcessConfiguration {
  const { CCE_WORKER_DEPLOYMENT: deploymentName, CCE_WORKER_BUILD_ID: buildId = bakedBuildID } = given;
  return {
    ...(settings.CCE_WEBHOOK_ALLOWED_RANGES !== undefined && { webhookRanges: settings.CCE_WEBHOOK_ALLOWED_RANGES }),
    ...(settings.CCE_UNENCRYPTED_KUBECONFIGS === 'on' && { unencryptedKubeconfigs: true }),
    logLevel: settings.CCE_LOG_LEVEL,
    ...(settings.CCE_HTTP_PORT !== undefined && { httpPort: settings.CCE_HTTP_PORT }),
    ...(deploymentName !== undefined && buildId !== undefined && { deploymentVersion: { deploymentName, buildId } }),
  };
}

function areRanges(ranges: readonly string[]): boolean {
  try {
    allowedAddresses(ranges);
    return true;
  } catch {
    return false;
  }
}

function toMilliseconds(text: string, context: z.RefinementCtx): number {
  // `ms` would read a number without a unit as milliseconds, which nobody means.
  const milliseconds = /[a-z]$/i.test(text) ? ms(text as StringValue) : undefined;
  if (milliseconds === undefined || !(milliseconds > 0)) {
    context.addIssue({ code: 'custom', message: `is "${text}", but must be a duration such as 10s` });
    return z.NEVER;
  }
  return milliseconds;
}

/** Says what is wrong with the endpoint of an account and region. `undefined` if it is valid. */
export function problemOfEndpoint(region: string, endpoint: string | undefined): string | undefined {
  try {
    apiBaseURL({ region, ...(endpoint !== undefined && { endpoint }) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
