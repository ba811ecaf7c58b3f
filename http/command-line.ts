import packageJson from '../package.json' with { type: 'json' };
import { newToken, newTokenText } from './access/new-token.ts';

/** What the server prints instead of serving, and its exit code. */
export interface Answer {
  exitCode: 0 | 2;
  stdout?: string;
  stderr?: string;
}

/**
 * Answers the arguments of `cce-server`.
 *
 * @returns `undefined` without arguments: the server starts.
 */
export function answerArguments([argument, ...others]: readonly string[]): Answer | undefined {
  if (argument === undefined) return undefined;
  if (argument === 'token') return answerToken(others);
  if (others.length === 0 && (argument === '--help' || argument === '-h')) return { exitCode: 0, stdout: serverHelp };
  if (others.length === 0 && (argument === '--version' || argument === '-V')) {
    return { exitCode: 0, stdout: packageJson.version };
  }
  const unknown = [argument, ...others].join(' ');
  return {
    exitCode: 2,
    stderr: `error unknown argument: ${unknown}; the server is set up by environment variables, which --help lists`,
  };
}

function answerToken([name = '', ...others]: readonly string[]): Answer {
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(name) || others.length > 0) {
    return {
      exitCode: 2,
      stderr:
        'error token needs one name of 1 to 64 letters, digits, dots, dashes, underscores or @: cce-server token NAME',
    };
  }
  return { exitCode: 0, stdout: newTokenText(newToken(name)) };
}

export const serverHelp = `Usage: cce-server [--help] [--version]
       cce-server token NAME

serve the HTTP API: clusters, operations and batches of all accounts and regions that workers
serve, until SIGTERM or SIGINT; then it answers what is in progress. token prints a new bearer
token and its entry for the tokens file

Environment variables, with their defaults (docs/configuration.md describes each):

The process:
  CCE_HTTP_HOST                 address to listen on (127.0.0.1)
  CCE_HTTP_PORT                 port to listen on (8080)
  CCE_HTTP_TOKENS_FILE          YAML file of the bearer tokens, read again when it changes; it or an
                                issuer is required unless the address is a loopback one (none)
  CCE_OIDC_ISSUER               URL of an issuer whose JSON Web Tokens count too (none)
  CCE_OIDC_AUDIENCE             audience that they must be for; required with an issuer (none)
  CCE_OIDC_ROLES_CLAIM          claim with the roles (roles)
  CCE_OIDC_SCOPES_CLAIM         claim with patterns of accounts and regions (all)
  CCE_OIDC_NAMES_CLAIM          claim with patterns of names (all)
  CCE_HTTP_MAX_REQUESTS_PER_SECOND
                                limit for the requests of one token (100)
  CCE_HTTP_TRUSTED_PROXIES      addresses and ranges of proxies in front of the server, whose
                                X-Forwarded-For tells the address of a client (none)
  CCE_HTTP_APPROVAL_SCOPES      patterns of accounts and regions, with blanks between, where a second
                                principal has to approve deletions (none)
  CCE_HTTP_APPROVAL_TIMEOUT     how long a deletion waits for its approval (24h)
  CCE_WEBHOOKS_FILE             YAML file of the webhooks to register, read again when it changes (none)
  CCE_POOL                      pool whose workers run the workflows, as for the worker (none)
  CCE_LOG_LEVEL                 debug, info, warn or error (info)

Encryption of what Temporal stores, as for the worker:
  CCE_ENCRYPTION_KEYS           keys; ccectl keys generate makes one
  CCE_ENCRYPTION_KEYS_FILE      file with the keys
  CCE_ENCRYPTION                on or off (on if there is a key, or NODE_ENV is production)

Temporal:
  TEMPORAL_ADDRESS              host:port (localhost:7233)
  TEMPORAL_NAMESPACE            namespace (default)
  TEMPORAL_API_KEY              API key, which turns TLS on
  TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE, TEMPORAL_TLS, TEMPORAL_TLS_CLIENT_CERT_PATH,
  TEMPORAL_TLS_CLIENT_KEY_PATH, TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME
                                Temporal's profiles and TLS

Traces:
  OTEL_EXPORTER_OTLP_ENDPOINT   receiver of traces (none)

Examples:
  cce-server                                             # on this machine, without tokens
  cce-server token ci                                    # put the entry into tokens.yaml
  CCE_HTTP_HOST=0.0.0.0 CCE_HTTP_TOKENS_FILE=tokens.yaml cce-server
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/v1/default/bj/clusters

Exit codes:
  0    stopped by SIGTERM or SIGINT
  1    cannot go on, for example because the port is taken
  2    bad settings or arguments`;
