import { ConfigurationError, labelForm, labelPattern, longestApprovalSeconds } from '../client/index.ts';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { ApprovalRules } from './access/approval-rules.ts';
import type { OIDCSettings } from './access/oidc-settings.ts';
import { scopeSchema } from './access/patterns.ts';
import { secondsSchema } from './schemas/duration.ts';

/** The settings of the server, except those of the connection to Temporal. */
export interface ServerConfiguration {
  /** The address to listen on. */
  host: string;
  /** 0 chooses a free port. */
  port: number;
  /** The file of the tokens. Without it and `oidc`, everybody who reaches the port may do everything. */
  tokensFile?: string;
  /** The issuer whose JSON Web Tokens count too. */
  oidc?: OIDCSettings;
  /** The limit for the requests of one token. */
  maximumRequestsPerSecond: number;
  /** Addresses and ranges of the proxies in front of the server. */
  trustedProxies?: string[];
  /** The file of the webhooks to register. */
  webhooksFile?: string;
  /** Where a second principal has to approve deletions. */
  approvals?: ApprovalRules;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

const environmentSchema = z.object({
  CCE_HTTP_HOST: z.string().default('127.0.0.1'),
  CCE_HTTP_PORT: z
    .string()
    .regex(/^\d+$/, 'must be a port number')
    .default('8080')
    .transform(Number)
    .pipe(z.number().max(65_535, 'must be a port number')),
  CCE_HTTP_TOKENS_FILE: z.string().optional(),
  CCE_OIDC_ISSUER: z
    .string()
    .refine(isIssuer, 'must be a URL with https:, or with http: and a loopback address')
    .optional(),
  CCE_OIDC_AUDIENCE: z.string().optional(),
  CCE_OIDC_ROLES_CLAIM: z.string().default('roles'),
  CCE_OIDC_SCOPES_CLAIM: z.string().optional(),
  CCE_OIDC_NAMES_CLAIM: z.string().optional(),
  CCE_HTTP_MAX_REQUESTS_PER_SECOND: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number of at least 1')
    .default('100')
    .transform(Number),
  CCE_HTTP_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine(
      (parts) => parts.every(isAddressOrRange),
      'must be addresses or ranges such as 10.0.0.0/8, with commas between',
    )
    .optional(),
  CCE_HTTP_APPROVAL_SCOPES: z
    .string()
    .transform((text) => text.split(' ').filter((part) => part !== ''))
    .pipe(z.array(scopeSchema).min(1))
    .optional(),
  CCE_HTTP_APPROVAL_TIMEOUT: secondsSchema
    .refine((seconds) => seconds <= longestApprovalSeconds, 'must be at most 30d')
    .prefault('24h'),
  CCE_WEBHOOKS_FILE: z.string().optional(),
  // Read by `openScopes`; here so that all problems are listed at once.
  CCE_POOL: z.string().regex(labelPattern, `must be ${labelForm}`).optional(),
  CCE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], { error: 'must be one of debug, info, warn, error' })
    .default('info'),
});

/**
 * Reads the server's settings from environment variables; docs/configuration.md lists them.
 *
 * @throws ConfigurationError with all problems at once
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): ServerConfiguration {
  // Many shells and manifests express "not set" by an empty variable.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const host = parsed.data?.CCE_HTTP_HOST ?? given.CCE_HTTP_HOST ?? '127.0.0.1';
  const hasTokens = given.CCE_HTTP_TOKENS_FILE !== undefined || given.CCE_OIDC_ISSUER !== undefined;
  if (!hasTokens && !isLoopback(host)) {
    problems.push(
      `CCE_HTTP_HOST is ${host}, which others can reach, but CCE_HTTP_TOKENS_FILE is not set, and neither is CCE_OIDC_ISSUER: ` +
        'without tokens the server listens only on a loopback address such as 127.0.0.1',
    );
  }
  if (given.CCE_OIDC_ISSUER !== undefined && given.CCE_OIDC_AUDIENCE === undefined) {
    problems.push('CCE_OIDC_ISSUER needs CCE_OIDC_AUDIENCE: tokens that the issuer makes for others must not count');
  }
  const withoutIssuer = Object.keys(given).filter((name) => /^CCE_OIDC_(?!ISSUER$)/.test(name));
  if (given.CCE_OIDC_ISSUER === undefined && withoutIssuer.length > 0) {
    problems.push(`${withoutIssuer.join(', ')} needs CCE_OIDC_ISSUER`);
  }
  if (!hasTokens && given.CCE_HTTP_TRUSTED_PROXIES !== undefined) {
    problems.push(
      'CCE_HTTP_TRUSTED_PROXIES needs CCE_HTTP_TOKENS_FILE or CCE_OIDC_ISSUER: whoever reaches the proxy reaches the server',
    );
  }
  if (!hasTokens && given.CCE_HTTP_APPROVAL_SCOPES !== undefined) {
    problems.push(
      'CCE_HTTP_APPROVAL_SCOPES needs CCE_HTTP_TOKENS_FILE or CCE_OIDC_ISSUER: without tokens, there is no second principal',
    );
  }
  if (given.CCE_HTTP_APPROVAL_SCOPES === undefined && given.CCE_HTTP_APPROVAL_TIMEOUT !== undefined) {
    problems.push('CCE_HTTP_APPROVAL_TIMEOUT needs CCE_HTTP_APPROVAL_SCOPES');
  }
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  const settings = parsed.data;
  return {
    host: settings.CCE_HTTP_HOST,
    port: settings.CCE_HTTP_PORT,
    ...(settings.CCE_HTTP_TOKENS_FILE !== undefined && { tokensFile: settings.CCE_HTTP_TOKENS_FILE }),
    ...oidcOf(settings),
    maximumRequestsPerSecond: settings.CCE_HTTP_MAX_REQUESTS_PER_SECOND,
    ...(settings.CCE_HTTP_TRUSTED_PROXIES !== undefined && { trustedProxies: settings.CCE_HTTP_TRUSTED_PROXIES }),
    ...(settings.CCE_HTTP_APPROVAL_SCOPES !== undefined && {
      approvals: { scopes: settings.CCE_HTTP_APPROVAL_SCOPES, waitSeconds: settings.CCE_HTTP_APPROVAL_TIMEOUT },
    }),
    ...(settings.CCE_WEBHOOKS_FILE !== undefined && { webhooksFile: settings.CCE_WEBHOOKS_FILE }),
    logLevel: settings.CCE_LOG_LEVEL,
  };
}

function oidcOf(settings: z.infer<typeof environmentSchema>): Pick<ServerConfiguration, 'oidc'> {
  const { CCE_OIDC_ISSUER: issuer, CCE_OIDC_AUDIENCE: audience, CCE_OIDC_ROLES_CLAIM: rolesClaim } = settings;
  const { CCE_OIDC_SCOPES_CLAIM: scopesClaim, CCE_OIDC_NAMES_CLAIM: namesClaim } = settings;
  if (issuer === undefined || audience === undefined) return {};
  const claims = { ...(scopesClaim !== undefined && { scopesClaim }), ...(namesClaim !== undefined && { namesClaim }) };
  return { oidc: { issuer, audience, rolesClaim, ...claims } };
}

function isIssuer(text: string): boolean {
  return URL.canParse(text) && isSafe(new URL(text));
}

/** Whether nobody between can change what a URL answers. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isAddressOrRange(text: string): boolean {
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text) && !/^\d+$/.test(text);
}

/** Whether only this machine reaches a host. A name that is not `localhost` may resolve to anything. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
