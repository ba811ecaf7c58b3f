import ms, { type StringValue } from 'ms';
import { z } from 'zod';
import { apiBaseURL } from '../cce/endpoint.ts';
import type { BceCredentials } from '../cce/signer.ts';

/** What a worker needs to know besides Temporal's own settings. */
export interface WorkerConfiguration {
  account: string;
  region: string;
  endpoint?: string;
  pathPrefix: string;
  credentials: BceCredentials;
  pollIntervalMs: number;
}

/** The settings do not make sense; `problems` names each one. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['the configuration is not usable:', ...problems.map((problem) => `- ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

const label = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

const environmentSchema = z.object({
  CCE_ACCOUNT: label.default('default'),
  CCE_REGION: label.default('bj'),
  CCE_ENDPOINT: z.string().optional(),
  CCE_PATH_PREFIX: z.string().default('/v2'),
  CCE_POLL_INTERVAL: z.string().default('10s').transform(toMilliseconds),
  BCE_ACCESS_KEY_ID: z.string({ error: 'is not set' }).min(1, 'is empty'),
  BCE_SECRET_ACCESS_KEY: z.string({ error: 'is not set' }).min(1, 'is empty'),
  BCE_SESSION_TOKEN: z.string().optional(),
});

/**
 * Reads the worker's settings from environment variables, see the README for the list.
 *
 * @throws ConfigurationError with all problems at once
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): WorkerConfiguration {
  // An empty variable is how many shells and manifests say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const endpointProblem = checkEndpoint(given);
  if (endpointProblem !== undefined) problems.push(endpointProblem);
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  const settings = parsed.data;
  return {
    account: settings.CCE_ACCOUNT,
    region: settings.CCE_REGION,
    ...(settings.CCE_ENDPOINT !== undefined && { endpoint: settings.CCE_ENDPOINT }),
    pathPrefix: settings.CCE_PATH_PREFIX,
    credentials: {
      accessKeyID: settings.BCE_ACCESS_KEY_ID,
      secretAccessKey: settings.BCE_SECRET_ACCESS_KEY,
      ...(settings.BCE_SESSION_TOKEN !== undefined && { sessionToken: settings.BCE_SESSION_TOKEN }),
    },
    pollIntervalMs: settings.CCE_POLL_INTERVAL,
  };
}

function toMilliseconds(text: string, context: z.RefinementCtx): number {
  const milliseconds = ms(text as StringValue);
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
