import { readFileSync } from 'node:fs';
import { lexer, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { needsApproval } from '../../http/access/approval-rules.ts';
import { loadTokens } from '../../http/access/load-tokens.ts';
import { answerArguments, serverHelp } from '../../http/command-line.ts';
import { readConfiguration } from '../../http/configuration.ts';

describe('the settings of the server', () => {
  it('have defaults that listen on this machine only', () => {
    expect(readConfiguration({ CCE_HTTP_HOST: '', CCE_HTTP_PORT: '' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      maximumRequestsPerSecond: 100,
      logLevel: 'info',
    });
  });

  it('are refused all at once', () => {
    const wrong = {
      CCE_HTTP_PORT: 'eighty',
      CCE_HTTP_MAX_REQUESTS_PER_SECOND: '0',
      CCE_LOG_LEVEL: 'loud',
      CCE_HTTP_HOST: '0.0.0.0',
      CCE_HTTP_TRUSTED_PROXIES: '10.0.0.0/8, proxy',
    };
    expect(() => readConfiguration(wrong)).toThrow(
      /- CCE_HTTP_PORT must be .*\n- CCE_HTTP_MAX_REQUESTS_PER_SECOND .*\n- CCE_HTTP_TRUSTED_PROXIES must .*\n- CCE_LOG_LEVEL .*\n- CCE_HTTP_HOST is 0\.0\.0\.0.*\n- CCE_HTTP_TRUSTED_PROXIES needs CCE_HTTP_TOKENS_FILE/,
    );
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com', false],
  ])('without tokens allow the address %s: %s', (host, isAllowed) => {
    const read = () => readConfiguration({ CCE_HTTP_HOST: host });
    if (isAllowed) expect(read().host).toBe(host);
    else expect(read).toThrow(/CCE_HTTP_TOKENS_FILE is not set/);
    expect(readConfiguration({ CCE_HTTP_HOST: host, CCE_HTTP_TOKENS_FILE: 'tokens.yaml' }).host).toBe(host);
  });

  it('take addresses and ranges of proxies', () => {
    const read = (proxies: string) =>
      readConfiguration({ CCE_HTTP_TOKENS_FILE: 'tokens.yaml', CCE_HTTP_TRUSTED_PROXIES: proxies }).trustedProxies;
    expect(read('10.0.0.0/8, ::1,192.168.0.1')).toEqual(['10.0.0.0/8', '::1', '192.168.0.1']);
    for (const wrong of ['10.0.0.0/33', 'loopback', '10', ',']) expect(() => read(wrong)).toThrow(/TRUSTED_PROXIES/);
  });

  it('say where a second principal has to approve deletions, which needs principals', () => {
    const tokens = { CCE_HTTP_TOKENS_FILE: 'tokens.yaml' };
    const read = (given: object) => readConfiguration({ ...tokens, ...given }).approvals;
    expect(read({})).toBeUndefined();
    const rules = read({ CCE_HTTP_APPROVAL_SCOPES: 'prod/* {a,b}/bj' });
    expect(rules?.waitSeconds).toBe(86_400);
    const demanded = [
      ['prod', 'gz'],
      ['b', 'bj'],
      ['b', 'gz'],
    ].map(([account = '', region = '']) => needsApproval(rules, { account, region }));
    expect(demanded).toEqual([true, true, false]);
    const waits = { CCE_HTTP_APPROVAL_SCOPES: '*/*', CCE_HTTP_APPROVAL_TIMEOUT: '3d' };
    expect(read(waits)?.waitSeconds).toBe(3 * 86_400);
    for (const wrong of ['prod', 'prod/bj/x', ' ']) {
      expect(() => read({ CCE_HTTP_APPROVAL_SCOPES: wrong })).toThrow(/CCE_HTTP_APPROVAL_SCOPES/);
    }
    for (const wrong of ['31d', '0s', 'soon']) {
      expect(() => read({ ...waits, CCE_HTTP_APPROVAL_TIMEOUT: wrong })).toThrow(/CCE_HTTP_APPROVAL_TIMEOUT/);
    }
    expect(() => readConfiguration(waits)).toThrow(/there is no second principal/);
    expect(() => read({ CCE_HTTP_APPROVAL_TIMEOUT: '1h' })).toThrow(/needs CCE_HTTP_APPROVAL_SCOPES/);
  });

  it('let others reach a server that knows an issuer, which needs an audience and TLS', () => {
    const given = {
      CCE_HTTP_HOST: '0.0.0.0',
      CCE_OIDC_ISSUER: 'https://id.example/realms/a',
      CCE_OIDC_AUDIENCE: 'cce',
    };
    expect(readConfiguration(given).oidc).toEqual({
      issuer: 'https://id.example/realms/a',
      audience: 'cce',
      rolesClaim: 'roles',
    });
    const claims = { CCE_OIDC_ROLES_CLAIM: 'a.b', CCE_OIDC_SCOPES_CLAIM: 's', CCE_OIDC_NAMES_CLAIM: 'n' };
    expect(readConfiguration({ ...given, ...claims }).oidc).toMatchObject({
      rolesClaim: 'a.b',
      scopesClaim: 's',
      namesClaim: 'n',
    });
    expect(() => readConfiguration({ ...given, CCE_OIDC_AUDIENCE: '' })).toThrow(/needs CCE_OIDC_AUDIENCE/);
    expect(() => readConfiguration({ ...claims })).toThrow(/CCE_OIDC_SCOPES_CLAIM.* needs CCE_OIDC_ISSUER/);
    for (const issuer of ['http://id.example', 'id.example', 'file:///keys']) {
      expect(() => readConfiguration({ ...given, CCE_OIDC_ISSUER: issuer })).toThrow(/CCE_OIDC_ISSUER must be a URL/);
    }
    expect(readConfiguration({ ...given, CCE_OIDC_ISSUER: 'http://127.0.0.1:9' }).oidc?.issuer).toBe(
      'http://127.0.0.1:9',
    );
  });

  it('name the file of the tokens if it is missing', () => {
    expect(() => loadTokens('/no/tokens', () => {})).toThrow(
      /CCE_HTTP_TOKENS_FILE: \/no\/tokens cannot be read \(ENOENT\)/,
    );
  });
});

describe('the command line of the server', () => {
  it('starts the server if it is empty', () => {
    expect(answerArguments([])).toBeUndefined();
  });

  it.each([
    ['--help', serverHelp],
    ['-V', packageJson.version],
  ])('answers %s', (flag, stdout) => {
    expect(answerArguments([flag])).toEqual({ exitCode: 0, stdout });
  });

  it('makes a token and its entry', () => {
    const { exitCode, stdout = '' } = answerArguments(['token', 'ci']) ?? {};
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^cce_[\w-]{43}$/m);
    expect(stdout).toMatch(/^tokens:\n {2}- name: ci\n {4}sha256: [0-9a-f]{64}$/m);
  });

  it.each([['token'], ['token', 'no good'], ['token', 'a', 'b'], ['--port', '80']])('refuses %s %s', (...args) => {
    expect(answerArguments(args)).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^error /) });
  });
});

describe('the help of the server', () => {
  it('fits a terminal', () => {
    expect(serverHelp.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });

  it('lists the variables that docs/configuration.md says a server reads, and no other', () => {
    const leftOut = /_DATA$|_DISABLE_HOST_VERIFICATION$|^OTEL_(?!EXPORTER_OTLP_ENDPOINT)/;
    const listed = serverHelp.match(/\b(?:CCE|TEMPORAL|OTEL)_[A-Z0-9_]*[A-Z0-9]\b|\bNODE_ENV\b/g) ?? [];
    expect([...new Set(listed)].toSorted()).toEqual(
      readByServer()
        .filter((name) => !leftOut.test(name))
        .toSorted(),
    );
  });
});

/** The variables of the rows of docs/configuration.md whose second column names the server, which is a client. */
function readByServer(): string[] {
  const markdown = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const tables = lexer(markdown).filter((token): token is Tokens.Table => token.type === 'table');
  return tables.flatMap(({ rows }) =>
    rows.flatMap(([names, readers]) =>
      readers?.text.split(', ').some((reader) => reader === 'server' || reader === 'client') === true
        ? (names?.text.match(/[A-Z][A-Z0-9_]+/g) ?? [])
        : [],
    ),
  );
}
