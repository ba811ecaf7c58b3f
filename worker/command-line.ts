import packageJson from '../package.json' with { type: 'json' };

/** What the worker prints instead of taking work, and its exit code. */
export interface Answer {
  exitCode: 0 | 2;
  stdout?: string;
  stderr?: string;
}

/**
 * Answers the arguments of `cce-worker`. It has no flags but these two: a container gets its settings as variables.
 *
 * @returns `undefined` without arguments: the worker starts.
 */
export function answerArguments([argument, ...others]: readonly string[]): Answer | undefined {
  if (argument === undefined) return undefined;
  if (others.length === 0 && (argument === '--help' || argument === '-h')) return { exitCode: 0, stdout: workerHelp };
  if (others.length === 0 && (argument === '--version' || argument === '-V')) {
    return { exitCode: 0, stdout: packageJson.version };
  }
  const unknown = [argument, ...others].join(' ');
  return {
    exitCode: 2,
    stderr: `error unknown argument: ${unknown}; the worker is set up by environment variables, which --help lists`,
  };
}

export const workerHelp = `Usage: cce-worker [--help] [--version]

run a worker: it takes the creates and deletes of one account and region, or of those in a file, from
Temporal, and calls CCE, until SIGTERM; then it hands over what is in progress

Environment variables, with their defaults (docs/configuration.md describes each):

The account, of which exactly one source of keys is required:
  BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY, BCE_SESSION_TOKEN
                                keys of the account; the token only with temporary keys
  CCE_CREDENTIALS_FILE          JSON file with the keys, read again when it changes
  CCE_CREDENTIALS_COMMAND       command that prints the same JSON document
  CCE_ACCOUNT                   label of the account in Temporal, as for ccectl (default)
  CCE_REGION                    region of the clusters (bj)
  CCE_ENDPOINT, CCE_PATH_PREFIX another endpoint than that of the region, and the prefix of its paths (/v2)
  CCE_INSTALLATION              tells the clusters of this installation from others' (namespace and account)
  CCE_POLL_INTERVAL             time between two polls of one cluster (10s)
  CCE_MAX_REQUESTS_PER_SECOND   limit on API calls (20)

Instead of the account, any number of them:
  CCE_SCOPES_FILE               YAML file with accounts, regions and where their keys are, read again
                                when it changes
  CCE_POOL                      pool whose workflows the worker runs, as for ccectl; required with a file

The process:
  CCE_HTTP_PORT                 port of /healthz, /readyz and /metrics (none)
  CCE_LOG_LEVEL                 debug, info, warn or error (info)
  CCE_SECRETS_DIR               folder that {fromFile} of specs and webhooks is limited to (any plain file)
  CCE_WEBHOOK_ALLOWED_RANGES    addresses that webhooks may be sent to, besides public ones (none)
  CCE_UNENCRYPTED_KUBECONFIGS   on: hand over kubeconfigs although nothing is encrypted (off)
  CCE_WORKER_DEPLOYMENT, CCE_WORKER_BUILD_ID
                                worker deployment of Temporal, and the version in it (none)

Encryption of what Temporal stores:
  CCE_ENCRYPTION_KEYS           keys, as for ccectl; ccectl keys generate makes one
  CCE_ENCRYPTION_KEYS_FILE      file with the keys
  CCE_ENCRYPTION                on or off (on if there is a key, or NODE_ENV is production)

Temporal:
  TEMPORAL_ADDRESS              host:port (localhost:7233)
  TEMPORAL_NAMESPACE            namespace (default)
  TEMPORAL_API_KEY              API key, which turns TLS on
  TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE
                                TOML file with profiles, and the profile (default)
  TEMPORAL_TLS, TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME
                                TLS; the paths also as ..._DATA with the PEM text

Traces:
  OTEL_EXPORTER_OTLP_ENDPOINT   OTLP receiver over HTTP (off); other OTEL_ variables work as usual

Examples:
  TEMPORAL_ADDRESS=temporal:7233 CCE_REGION=gz CCE_CREDENTIALS_FILE=/etc/cce/keys.json cce-worker
  CCE_HTTP_PORT=9464 CCE_LOG_LEVEL=debug cce-worker 2>&1 | jq -c .

Exit codes:
  0    stopped by SIGTERM or SIGINT
  1    cannot continue; start it again
  2    the settings are wrong, or CCE refuses the keys`;
