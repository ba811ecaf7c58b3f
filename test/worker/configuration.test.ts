import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../temporal/configuration-error.ts';
import { readConfiguration, readPoolConfiguration } from '../../worker/configuration.ts';

const keys = { BCE_ACCESS_KEY_ID: 'an-id', BCE_SECRET_ACCESS_KEY: 'a-key' };

const defaults = {
  account: 'default',
  region: 'bj',
  pathPrefix: '/v2',
  credentials: { accessKeyID: 'an-id', secretAccessKey: 'a-key' },
  pollIntervalMs: 10_000,
  maximumRequestsPerSecond: 20,
  logLevel: 'info',
};

function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings of a worker', () => {
  it('have defaults for everything but the keys', () => {
    expect(readConfiguration(keys)).toStrictEqual(defaults);
  });

  it('count as not set if they are empty', () => {
    const empty = Object.fromEntries(
      [
        'CCE_ACCOUNT',
        'CCE_REGION',
        'CCE_ENDPOINT',
        'CCE_PATH_PREFIX',
        'CCE_POLL_INTERVAL',
        'CCE_MAX_REQUESTS_PER_SECOND',
        'CCE_SECRETS_DIR',
        'CCE_LOG_LEVEL',
        'BCE_SESSION_TOKEN',
      ].map((name) => [name, '']),
    );
    expect(readConfiguration({ ...keys, ...empty })).toStrictEqual(defaults);
  });

  it.each([
    ['a file', { CCE_CREDENTIALS_FILE: '/run/keys.json' }, { file: '/run/keys.json' }],
    ['a command', { CCE_CREDENTIALS_COMMAND: ' get-keys  --account a ' }, { command: ['get-keys', '--account', 'a'] }],
  ])('can take the keys from %s', (_, environment, credentials) => {
    expect(readConfiguration(environment)).toStrictEqual({ ...defaults, credentials });
  });

  it('can all be set', () => {
    const environment = {
      ...keys,
      BCE_SESSION_TOKEN: 'a-token',
      CCE_ACCOUNT: 'team-1',
      CCE_REGION: 'gz',
      CCE_ENDPOINT: 'http://127.0.0.1:8080',
      CCE_PATH_PREFIX: '/api/cce/service/v2',
      CCE_POLL_INTERVAL: '200ms',
      CCE_MAX_REQUESTS_PER_SECOND: '2.5',
      CCE_SECRETS_DIR: '/run/secrets',
      CCE_WEBHOOK_ALLOWED_RANGES: '10.1.0.0/16, 192.168.7.7',
      CCE_UNENCRYPTED_KUBECONFIGS: 'on',
      CCE_LOG_LEVEL: 'debug',
      CCE_POOL: 'platform',
    };
    expect(readConfiguration(environment)).toStrictEqual({
      account: 'team-1',
      region: 'gz',
      endpoint: 'http://127.0.0.1:8080',
      pathPrefix: '/api/cce/service/v2',
      credentials: { accessKeyID: 'an-id', secretAccessKey: 'a-key', sessionToken: 'a-token' },
      pollIntervalMs: 200,
      maximumRequestsPerSecond: 2.5,
      secretsFolder: '/run/secrets',
      webhookRanges: ['10.1.0.0/16', '192.168.7.7'],
      pool: 'platform',
      unencryptedKubeconfigs: true,
      logLevel: 'debug',
    });
  });
});

describe('the settings of a worker for the accounts of a file', () => {
  const file = { CCE_SCOPES_FILE: '/etc/scopes.yaml', CCE_POOL: 'platform' };

  it('are those of the process', () => {
    const environment = { ...file, CCE_LOG_LEVEL: 'warn', CCE_HTTP_PORT: '0', CCE_ACCOUNT: '' };
    const settings = { scopesFile: '/etc/scopes.yaml', pool: 'platform', logLevel: 'warn', httpPort: 0 };
    expect(readPoolConfiguration(environment)).toStrictEqual(settings);
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['have no pool', { CCE_POOL: undefined }, /CCE_POOL is not set, but CCE_SCOPES_FILE needs it/],
    ['have a pool that is no label', { CCE_POOL: 'a b' }, /CCE_POOL must be /],
    [
      'name an account too',
      { CCE_REGION: 'gz', CCE_POLL_INTERVAL: '1s', BCE_ACCESS_KEY_ID: 'an-id' },
      /- CCE_REGION, CCE_POLL_INTERVAL, BCE_ACCESS_KEY_ID are for one account, .+ unset them$/,
    ],
  ])('are refused if they %s', (_, environment, problem) => {
    expect(() => readPoolConfiguration({ ...file, ...environment })).toThrow(problem);
  });
});

describe('the list of problems', () => {
  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['a missing key', { BCE_ACCESS_KEY_ID: undefined }, /^BCE_ACCESS_KEY_ID is not set$/],
    ['an empty key', { BCE_SECRET_ACCESS_KEY: '' }, /^BCE_SECRET_ACCESS_KEY is not set$/],
    [
      'a line break at the end of a key',
      { BCE_SECRET_ACCESS_KEY: 'a-key\n' },
      /^BCE_SECRET_ACCESS_KEY contains white space$/,
    ],
    [
      'a second source of keys',
      { CCE_CREDENTIALS_FILE: '/run/keys.json' },
      /^BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY, CCE_CREDENTIALS_FILE are set, .+ unset the others$/,
    ],
    [
      'a session token beside a command',
      { BCE_ACCESS_KEY_ID: '', BCE_SECRET_ACCESS_KEY: '', BCE_SESSION_TOKEN: 't', CCE_CREDENTIALS_COMMAND: 'get-keys' },
      /^BCE_SESSION_TOKEN, CCE_CREDENTIALS_COMMAND are set/,
    ],
    [
      'a blank command',
      { BCE_ACCESS_KEY_ID: '', BCE_SECRET_ACCESS_KEY: '', CCE_CREDENTIALS_COMMAND: ' ' },
      /^CCE_CREDENTIALS_COMMAND is blank$/,
    ],
    ['a region with a dash', { CCE_REGION: 'a-bj' }, /^CCE_REGION must be /],
    ['a region that is the name of a queue', { CCE_REGION: 'watch' }, /^CCE_REGION must be /],
    ['an account that is not a label', { CCE_ACCOUNT: "a'b" }, /^CCE_ACCOUNT must be /],
    ['an interval without a unit', { CCE_POLL_INTERVAL: '10' }, /^CCE_POLL_INTERVAL is "10", .+10s$/],
    ['an interval that is not a duration', { CCE_POLL_INTERVAL: 'soon' }, /^CCE_POLL_INTERVAL is "soon", /],
    ['an interval of zero', { CCE_POLL_INTERVAL: '0s' }, /^CCE_POLL_INTERVAL is "0s", /],
    ['a negative interval', { CCE_POLL_INTERVAL: '-1s' }, /^CCE_POLL_INTERVAL is "-1s", /],
    [
      'a budget of zero',
      { CCE_MAX_REQUESTS_PER_SECOND: '0' },
      /^CCE_MAX_REQUESTS_PER_SECOND must be a positive number$/,
    ],
    [
      'a negative budget',
      { CCE_MAX_REQUESTS_PER_SECOND: '-5' },
      /^CCE_MAX_REQUESTS_PER_SECOND must be a positive number$/,
    ],
    [
      'a budget with a unit',
      { CCE_MAX_REQUESTS_PER_SECOND: '20/s' },
      /^CCE_MAX_REQUESTS_PER_SECOND must be a positive number$/,
    ],
    ['a log level at which the SDK logs payloads', { CCE_LOG_LEVEL: 'trace' }, /^CCE_LOG_LEVEL must be one of debug, /],
    [
      'ranges that are none',
      { CCE_WEBHOOK_ALLOWED_RANGES: '10.1.0.0/33' },
      /^CCE_WEBHOOK_ALLOWED_RANGES must be addresses and ranges/,
    ],
    ['a log level that does not exist', { CCE_LOG_LEVEL: 'verbose' }, /^CCE_LOG_LEVEL must be one of debug, /],
    ['plain http to another machine', { CCE_ENDPOINT: 'http://cce.bj.baidubce.com' }, /^CCE_ENDPOINT: .+plain http/],
    ['an endpoint that is not a URL', { CCE_ENDPOINT: 'cce' }, /^CCE_ENDPOINT: .+not a URL$/],
  ])('names %s', (_, environment, problem) => {
    expect(problemsOf({ ...keys, ...environment })).toEqual([expect.stringMatching(problem)]);
  });

  it('is complete, whatever it begins with', () => {
    const environment = {
      BCE_SECRET_ACCESS_KEY: 'a-key\n',
      CCE_POLL_INTERVAL: 'soon',
      CCE_LOG_LEVEL: 'verbose',
      CCE_ENDPOINT: 'http://192.0.2.1',
    };
    const problems = problemsOf(environment);
    const names = ['CCE_POLL_INTERVAL', 'CCE_LOG_LEVEL', 'BCE_ACCESS_KEY_ID', 'BCE_SECRET_ACCESS_KEY', 'CCE_ENDPOINT'];
    expect(problems.map((problem) => problem.split(/[ :]/)[0])).toEqual(names);
    expect(() => readConfiguration(environment)).toThrow(problems.map((problem) => `- ${problem}`).join('\n'));
  });

  it('does not show a key', () => {
    expect(problemsOf({ ...keys, BCE_SECRET_ACCESS_KEY: 's3cr3t key' }).join()).not.toContain('s3cr3t');
  });
});
