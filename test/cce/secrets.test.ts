import { describe, expect, it } from 'vitest';
import {
  UnresolvedSecretsError,
  createSecretFilter,
  inlineSecretPaths,
  redactSecrets,
  resolveSecrets,
} from '../../cce/secrets.ts';

const request = {
  cluster: { clusterName: 'a' },
  masters: [{ instanceSpec: { adminPassword: 'secret-1', userData: { fromFile: '/run/user-data' } } }],
  nodes: [
    { instanceSpec: { adminPassword: { fromEnv: 'PASSWORD' } } },
    { instanceSpec: { AdminPassword: 'secret-2', aiInfraOption: { serverLessRelayPW: 'secret-3' } } },
  ],
};

const read = {
  env: (name: string) => ({ PASSWORD: 'from-env', EMPTY: '' })[name],
  file: (path: string) => {
    if (path === '/run/user-data') return 'from-file\n';
    throw new Error(`ENOENT: ${path}`);
  },
};

describe('redacting secrets', () => {
  it('replaces values and keeps references', () => {
    expect(redactSecrets(request)).toStrictEqual({
      cluster: { clusterName: 'a' },
      masters: [{ instanceSpec: { adminPassword: '[redacted]', userData: { fromFile: '/run/user-data' } } }],
      nodes: [
        { instanceSpec: { adminPassword: { fromEnv: 'PASSWORD' } } },
        { instanceSpec: { AdminPassword: '[redacted]', aiInfraOption: { serverLessRelayPW: '[redacted]' } } },
      ],
    });
  });

  it.each([
    { adminPassword: { fromEnv: 'A', other: 'secret' } },
    { adminPassword: { fromVault: 'secret' } },
    { adminPassword: ['secret'] },
    { ADMINPASSWORD: 12345678 },
  ])('replaces an invalid reference: %j', (value) => {
    expect(Object.values(redactSecrets(value) as object)).toStrictEqual(['[redacted]']);
  });

  it('does not modify its argument', () => {
    const before = structuredClone(request);
    redactSecrets(request);
    expect(request).toStrictEqual(before);
  });
});

describe('resolving secrets', () => {
  it('replaces references with their values, without the line break at the end of a file', () => {
    const { masters, nodes } = resolveSecrets(request, read);
    expect(masters[0]?.instanceSpec).toStrictEqual({ adminPassword: 'secret-1', userData: 'from-file' });
    expect(nodes[0]?.instanceSpec.adminPassword).toBe('from-env');
    expect(nodes[1]).toStrictEqual(request.nodes[1]);
  });

  it('reports every reference without a value, with its path', () => {
    const broken = {
      nodes: [
        { instanceSpec: { adminPassword: { fromEnv: 'MISSING' }, userData: { fromFile: '/nowhere' } } },
        { instanceSpec: { adminPassword: { fromEnv: 'EMPTY' }, userData: { fromFile: '/run/user-data' } } },
      ],
    };
    const error = catchError(() => resolveSecrets(broken, read));
    expect(error).toBeInstanceOf(UnresolvedSecretsError);
    expect((error as UnresolvedSecretsError).unresolved).toStrictEqual([
      { path: 'nodes[0].instanceSpec.adminPassword', reference: { fromEnv: 'MISSING' } },
      { path: 'nodes[0].instanceSpec.userData', reference: { fromFile: '/nowhere' } },
      { path: 'nodes[1].instanceSpec.adminPassword', reference: { fromEnv: 'EMPTY' } },
    ]);
    expect((error as Error).message).toContain('nodes[0].instanceSpec.userData: file /nowhere');
  });

  it('ignores references outside secret fields', () => {
    const value = { labels: { fromEnv: 'MISSING' } };
    expect(resolveSecrets(value, read)).toStrictEqual(value);
  });
});

it('inlineSecretPaths finds the fields with a secret in plain text', () => {
  expect(inlineSecretPaths(request)).toStrictEqual([
    'masters[0].instanceSpec.adminPassword',
    'nodes[1].instanceSpec.AdminPassword',
    'nodes[1].instanceSpec.aiInfraOption.serverLessRelayPW',
  ]);
});

function catchError(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('the secret filter', () => {
  const script = '#!/bin/sh\nset -e\nexport TOKEN=s3cret-token\n';
  const encoded = Buffer.from(script).toString('base64');
  const reader = { env: (name: string) => (name === 'SCRIPT' ? encoded : undefined), file: () => undefined };

  it.each([
    ['a secret as it is', ['a"b\\c'], 'got a"b\\c here', 'got [redacted] here'],
    ['a secret in JSON', ['a"b\\c'], '{"password":"a\\"b\\\\c"}', '{"password":"[redacted]"}'],
    ['a secret in Base64', [encoded], `ran ${encoded}`, 'ran [redacted]'],
    ['a decoded line of a Base64 script', [encoded], 'line 3: export TOKEN=s3cret-token: no', 'line 3: [redacted]: no'],
    ['a decoded line of a script from a reference', [{ fromEnv: 'SCRIPT' }], 'export TOKEN=s3cret-token', '[redacted]'],
    ['no short line of a script', [encoded], 'set -e', 'set -e'],
    ['nothing for a reference without a value', [{ fromEnv: 'MISSING' }], 'nothing', 'nothing'],
  ])('redacts %s', (_, secrets, text, expected) => {
    expect(createSecretFilter(secrets, reader)(text)).toBe(expected);
  });
});
