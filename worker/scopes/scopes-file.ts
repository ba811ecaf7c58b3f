import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../../temporal/configuration-error.ts';
import { notPositive, problemOfEndpoint, scopeForms, type ScopeConfiguration } from '../configuration.ts';
import { keySchema, type CredentialsSource } from '../credentials/source.ts';
import { isForWebhooks, isWithheld } from '../secret-reader.ts';

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
const path = z.string().regex(/^\//, 'must be an absolute path');

const fromEnvSchema = z.strictObject({
  accessKeyID: variable,
  secretAccessKey: variable,
  sessionToken: variable.optional(),
});

const credentialsSchema = z
  .strictObject({
    fromFile: path.optional(),
    fromCommand: z.array(z.string().min(1)).min(1).optional(),
    fromEnv: fromEnvSchema.optional(),
  })
  .refine((sources) => Object.keys(sources).length === 1, 'must have one of fromFile, fromCommand and fromEnv');

const scopeSchema = z.strictObject({
  account: scopeForms.account,
  region: scopeForms.region,
  credentials: credentialsSchema,
  endpoint: z.string().optional(),
  pathPrefix: z.string().default('/v2'),
  installation: scopeForms.installation.optional(),
  pollInterval: scopeForms.pollInterval.prefault('10s'),
  maxRequestsPerSecond: z.number().positive(notPositive).default(20),
  secrets: z.strictObject({ folder: path.optional(), variables: z.array(variable).default([]) }).optional(),
});

const fileSchema = z.strictObject({ scopes: z.array(scopeSchema).min(1) });

type FileScope = z.infer<typeof scopeSchema>;

/**
 * Reads the accounts and regions that a worker serves; docs/configuration.md describes the file. It names where keys are, and
 * has none itself.
 *
 * @param file For messages.
 * @param environment Has the keys that the file refers to by the names of variables.
 * @throws ConfigurationError with all problems at once
 */
export function readScopes(text: string, file: string, environment: NodeJS.ProcessEnv): ScopeConfiguration[] {
  const parsed = fileSchema.safeParse(parseYAML(text, file));
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map((issue) => `${file}: ${z.core.toDotPath(issue.path)} ${issue.message}`),
    );
  }
  const { scopes } = parsed.data;
  const problems = [...repeated(scopes), ...scopes.flatMap((scope, index) => problemsOf(scope, index, environment))];
  const keyVariables = new Set(scopes.flatMap(({ credentials }) => Object.values(credentials.fromEnv ?? {})));
  scopes.forEach(({ secrets }, index) => {
    for (const name of secrets?.variables ?? []) {
      if (!keyVariables.has(name) && (!isWithheld(name) || isForWebhooks(name))) continue;
      problems.push(`scopes[${index}].secrets.variables names ${name}, which is not for specs`);
    }
  });
  if (problems.length > 0) throw new ConfigurationError(problems.map((problem) => `${file}: ${problem}`));
  return scopes.map((scope) => toConfiguration(scope, file, environment));
}

function parseYAML(text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, schema: 'core', logLevel: 'error' });
  const [error] = document.errors;
  // The library's own message quotes the text, which somebody may have put keys into by mistake.
  if (error)
    throw new ConfigurationError([`${file} is not valid YAML (line ${lineCounter.linePos(error.pos[0]).line})`]);
  return document.toJS();
}

function repeated(scopes: readonly FileScope[]): string[] {
  const names = scopes.map(({ account, region }) => `${account}/${region}`);
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return first === index ? [] : [`scopes[${index}] is ${name} again, as scopes[${first}]`];
  });
}

function problemsOf({ region, endpoint, credentials }: FileScope, index: number, environment: NodeJS.ProcessEnv) {
  const ofEndpoint = problemOfEndpoint(region, endpoint);
  const problems = ofEndpoint === undefined ? [] : [`scopes[${index}].endpoint: ${ofEndpoint}`];
  for (const [key, name = ''] of Object.entries(credentials.fromEnv ?? {})) {
    const { error } = keySchema.safeParse(environment[name] || undefined);
    if (error) problems.push(`scopes[${index}].credentials.fromEnv.${key}: ${name} ${error.issues[0]?.message}`);
  }
  return problems;
}

function toConfiguration(scope: FileScope, file: string, environment: NodeJS.ProcessEnv): ScopeConfiguration {
  const { account, region, endpoint, pathPrefix, installation, pollInterval, maxRequestsPerSecond, secrets } = scope;
  // Without its position in the file: a scope must not seem to change because another one was added before it.
  const setting = `${file}: the credentials of ${account}/${region}`;
  return {
    account,
    region,
    pathPrefix,
    credentials: sourceOf(scope.credentials, setting, environment),
    pollIntervalMs: pollInterval,
    maximumRequestsPerSecond: maxRequestsPerSecond,
    secretVariables: secrets?.variables ?? [],
    ...(endpoint !== undefined && { endpoint }),
    ...(installation !== undefined && { installation }),
    ...(secrets?.folder !== undefined && { secretsFolder: secrets.folder }),
  };
}

function sourceOf(
  { fromFile, fromCommand, fromEnv }: FileScope['credentials'],
  setting: string,
  environment: NodeJS.ProcessEnv,
): CredentialsSource {
  if (fromFile !== undefined) return { file: fromFile, setting };
  if (fromCommand !== undefined) return { command: fromCommand, setting };
  const valueOf = (name: string | undefined) => (name === undefined ? undefined : environment[name]);
  const sessionToken = valueOf(fromEnv?.sessionToken);
  return {
    accessKeyID: valueOf(fromEnv?.accessKeyID) ?? '',
    secretAccessKey: valueOf(fromEnv?.secretAccessKey) ?? '',
    ...(sessionToken !== undefined && { sessionToken }),
    setting,
  };
}
