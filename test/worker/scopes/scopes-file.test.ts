import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../temporal/configuration-error.ts';
import { readScopes } from '../../../worker/scopes/scopes-file.ts';

const environment = { TEAM_B_ID: 'an-id', TEAM_B_KEY: 'a-s3cr3t', TEAM_B_BAD: 'a s3cr3t\n', CCE_ADMIN_PASSWORD: 'p' };
const read = (text: string) => readScopes(text, '/etc/scopes.yaml', environment);

function problemsOf(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const scope = (more: string, credentials = '{ fromFile: /etc/keys.json }') =>
  `scopes:\n  - { account: a, region: bj, credentials: ${credentials}${more} }\n`;

describe('the scopes file', () => {
  it('names accounts and regions, with defaults for everything but the keys', () => {
    const text = `
scopes:
  - account: team-a
    region: bj
    credentials: { fromFile: /etc/cce/team-a.json }
  - account: team-b
    region: gz
    credentials: { fromEnv: { accessKeyID: TEAM_B_ID, secretAccessKey: TEAM_B_KEY } }
    endpoint: https://cce.example
    pathPrefix: /api/cce/service/v2
    installation: platform-eu
    pollInterval: 30s
    maxRequestsPerSecond: 2.5
    secrets: { folder: /etc/spec-secrets/b, variables: [CCE_ADMIN_PASSWORD] }
  - account: team-c
    region: bj
    credentials: { fromCommand: [/opt/sts, team-c] }
`;
    const setting = (name: string) => `/etc/scopes.yaml: the credentials of ${name}`;
    const defaults = {
      pathPrefix: '/v2',
      pollIntervalMs: 10_000,
      maximumRequestsPerSecond: 20,
      secretVariables: [],
    };
    expect(read(text)).toStrictEqual([
      {
        ...defaults,
        account: 'team-a',
        region: 'bj',
        credentials: { file: '/etc/cce/team-a.json', setting: setting('team-a/bj') },
      },
      {
        account: 'team-b',
        region: 'gz',
        credentials: { accessKeyID: 'an-id', secretAccessKey: 'a-s3cr3t', setting: setting('team-b/gz') },
        endpoint: 'https://cce.example',
        pathPrefix: '/api/cce/service/v2',
        installation: 'platform-eu',
        pollIntervalMs: 30_000,
        maximumRequestsPerSecond: 2.5,
        secretVariables: ['CCE_ADMIN_PASSWORD'],
        secretsFolder: '/etc/spec-secrets/b',
      },
      {
        ...defaults,
        account: 'team-c',
        region: 'bj',
        credentials: { command: ['/opt/sts', 'team-c'], setting: setting('team-c/bj') },
      },
    ]);
  });

  it.each<[string, text: string, problem: RegExp]>([
    ['a text that is not YAML', 'scopes:\n  - {', /^\/etc\/scopes\.yaml is not valid YAML \(line \d+\)$/],
    ['a list without entries', 'scopes: []', /: scopes .*>=1/],
    ['an unknown field', scope(', regoin: bj'), /: scopes\[0\] .*"regoin"/],
    [
      'keys in the file itself',
      scope('', '{ fromFile: /a, accessKeyID: AK }'),
      /: scopes\[0\]\.credentials .*"accessKeyID"/,
    ],
    ['no source of keys', scope('', '{}'), /: scopes\[0\]\.credentials must have one of/],
    [
      'two sources of keys',
      scope('', '{ fromFile: /a, fromCommand: [a] }'),
      /: scopes\[0\]\.credentials must have one of/,
    ],
    [
      'a variable that is not set',
      scope('', '{ fromEnv: { accessKeyID: NO, secretAccessKey: TEAM_B_KEY } }'),
      /: scopes\[0\]\.credentials\.fromEnv\.accessKeyID: NO is not set$/,
    ],
    [
      'a variable with white space',
      scope('', '{ fromEnv: { accessKeyID: TEAM_B_ID, secretAccessKey: TEAM_B_BAD } }'),
      /\.secretAccessKey: TEAM_B_BAD contains white space$/,
    ],
    ['a path that depends on the current folder', scope('', '{ fromFile: keys.json }'), /must be an absolute path$/],
    [
      'a region with a dash',
      'scopes: [{ account: a, region: a-b, credentials: { fromFile: /a } }]',
      /\.region must be /,
    ],
    [
      'an endpoint that everybody can read',
      scope(', endpoint: "http://192.0.2.1"'),
      /: scopes\[0\]\.endpoint: .+plain http/,
    ],
    ['a budget of zero', scope(', maxRequestsPerSecond: 0'), /\.maxRequestsPerSecond must be a positive number$/],
    ['an interval without a unit', scope(', pollInterval: "10"'), /\.pollInterval is "10", .+10s$/],
    [
      'an account twice',
      `${scope('')}${scope('').slice('scopes:\n'.length)}`,
      /: scopes\[1\] is a\/bj again, as scopes\[0\]$/,
    ],
    [
      'a secret of the worker for specs',
      scope(', secrets: { variables: [CCE_ENCRYPTION_KEYS] }'),
      /names CCE_ENCRYPTION_KEYS, which is not for specs$/,
    ],
  ])('is refused for %s', (_, text, problem) => {
    const problems = problemsOf(text);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toMatch(/s3cr3t/);
  });

  it('gives no keys of one account to the specs of another', () => {
    const text = `${scope('', '{ fromEnv: { accessKeyID: TEAM_B_ID, secretAccessKey: TEAM_B_KEY } }')}
  - { account: b, region: bj, credentials: { fromFile: /a }, secrets: { variables: [TEAM_B_KEY] } }`;
    expect(problemsOf(text)).toEqual([
      '/etc/scopes.yaml: scopes[1].secrets.variables names TEAM_B_KEY, which is not for specs',
    ]);
  });

  it('is refused with all its problems at once', () => {
    const text = `${scope(', pollInterval: soon, pathPrefix: 3')}  - { account: "a'b", region: bj, credentials: {} }`;
    expect(problemsOf(text).map((problem) => problem.split(' ')[1])).toEqual([
      'scopes[0].pathPrefix',
      'scopes[0].pollInterval',
      'scopes[1].account',
      'scopes[1].credentials',
    ]);
  });
});
