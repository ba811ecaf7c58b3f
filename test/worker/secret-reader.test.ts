import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretReader } from '../../cce/secrets.ts';
import { createSecretReader, createWebhookSecretReader } from '../../worker/secret-reader.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-reader-'));
  mkdirSync(join(folder, 'secrets/deep'), { recursive: true });
  mkdirSync(join(folder, 'secrets-of-others'));
  for (const path of ['secrets/inside', 'secrets/deep/inside', 'secrets-of-others/outside', 'outside']) {
    writeFileSync(join(folder, path), `text of ${path}`);
  }
  writeFileSync(join(folder, 'largest'), 'x'.repeat(64 * 1024));
  writeFileSync(join(folder, 'too-large'), 'x'.repeat(64 * 1024 + 1));
  symlinkSync(join(folder, 'outside'), join(folder, 'secrets/leads-out'));
  symlinkSync(join(folder, 'secrets/inside'), join(folder, 'secrets/stays-inside'));
  symlinkSync(join(folder, 'secrets/inside'), join(folder, 'leads-in'));
  symlinkSync('/proc/self/environ', join(folder, 'environ'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A reader may throw for a file that is not found, see `SecretReader`. */
function readFile(reader: SecretReader, path: string): string | undefined {
  try {
    return reader.file(path);
  } catch {
    return undefined;
  }
}

describe('a secret reader', () => {
  it.each([
    'BCE_ACCESS_KEY_ID',
    'BCE_SECRET_ACCESS_KEY',
    'bce_secret_access_key',
    'TEMPORAL_API_KEY',
    'Temporal_Api_Key',
    'CCE_SECRETS_DIR',
    'cce_secrets_dir',
    'CCE_ENCRYPTION_KEYS',
    'CCE_ENCRYPTION_KEYS_FILE',
    'CCE_CODEC_TOKEN',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'CCE_CREDENTIALS_FILE',
    'CCE_CREDENTIALS_COMMAND',
    'CCE_WEBHOOK_SECRET',
  ])('withholds the variable %s', (name) => {
    expect(createSecretReader({ [name]: 'own secret' }).env(name)).toBeUndefined();
  });

  it.each(['CCE_ADMIN_PASSWORD', 'PASSWORD', 'MY_BCE_PASSWORD', 'TEMPORALPASSWORD'])(
    'reads the variable %s',
    (name) => {
      expect(createSecretReader({ [name]: 'for a spec' }).env(name)).toBe('for a spec');
    },
  );

  it('finds no variable that is not set', () => {
    expect(createSecretReader({}).env('PASSWORD')).toBeUndefined();
  });
});

describe('a secret reader of webhooks', () => {
  it.each([
    ['CCE_WEBHOOK_SECRET', 'value'],
    ['CCE_ADMIN_PASSWORD', undefined],
    ['BCE_SECRET_ACCESS_KEY', undefined],
    ['PASSWORD', undefined],
    ['cce_webhook_secret', undefined],
  ])('reads of the variable %s: %s', (name, value) => {
    expect(createWebhookSecretReader({ [name]: 'value' }).env(name)).toBe(value);
  });

  it('reads no file outside of the secrets folder', () => {
    expect(readFile(createWebhookSecretReader({}, { folder }), '/proc/self/environ')).toBeUndefined();
  });
});

describe('a secret reader without a secrets folder', () => {
  it.each([
    ["the worker's own variables", () => '/proc/self/environ'],
    ['a link to these variables', () => join(folder, 'environ')],
    ['an endless device', () => '/dev/zero'],
    ['a file of the kernel', () => '/sys/kernel/mm/transparent_hugepage/enabled'],
    ['a folder', () => folder],
    ['a file over 64 kB', () => join(folder, 'too-large')],
    ['a missing file', () => join(folder, 'missing')],
  ])('does not read %s', (_, path) => {
    expect(readFile(createSecretReader({}), path())).toBeUndefined();
  });

  it.each([
    ['encryption keys', 'CCE_ENCRYPTION_KEYS_FILE'],
    ['keys of the account', 'CCE_CREDENTIALS_FILE'],
    ['accounts', 'CCE_SCOPES_FILE'],
    ['settings of Temporal', 'TEMPORAL_CONFIG_FILE'],
    ['key of the connection to Temporal', 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
  ])('does not read the file with the %s, under any name', (_, name) => {
    const keysFile = join(folder, 'secrets/inside');
    const reader = createSecretReader({ [name]: join(folder, 'leads-in') });
    expect(reader.file(keysFile)).toBeUndefined();
    expect(reader.file(join(folder, 'secrets/stays-inside'))).toBeUndefined();
    expect(reader.file(join(folder, 'outside'))).toBe('text of outside');
  });

  it('reads other files', () => {
    const reader = createSecretReader({});
    expect(reader.file(join(folder, 'outside'))).toBe('text of outside');
    expect(reader.file(join(folder, 'largest'))).toHaveLength(64 * 1024);
  });
});

describe('a secret reader of one account among several', () => {
  const limits = { needsFolder: true, variables: ['OF_THIS_ACCOUNT', 'BCE_ACCESS_KEY_ID'] };

  it('reads only the variables of the account', () => {
    const set = { OF_THIS_ACCOUNT: 'own', OF_ANOTHER: 'of others', BCE_ACCESS_KEY_ID: 'an-id' };
    const reader = createSecretReader(set, limits);
    expect(Object.keys(set).map((name) => reader.env(name))).toEqual(['own', undefined, undefined]);
  });

  it('reads no files without a folder', () => {
    expect(readFile(createSecretReader({}, limits), join(folder, 'outside'))).toBeUndefined();
  });

  it('never reads files with keys, also not within the folder', () => {
    const withheldFiles = () => [join(folder, 'secrets/stays-inside')];
    const reader = createSecretReader({}, { ...limits, folder: join(folder, 'secrets'), withheldFiles });
    expect(reader.file(join(folder, 'secrets/inside'))).toBeUndefined();
    expect(reader.file(join(folder, 'secrets/deep/inside'))).toBe('text of secrets/deep/inside');
  });
});

describe('a secret reader with a secrets folder', () => {
  it.each([
    ['inside the folder', 'secrets/inside', 'text of secrets/inside'],
    ['deep inside the folder', 'secrets/deep/inside', 'text of secrets/deep/inside'],
    ['inside the folder that links to another file inside', 'secrets/stays-inside', 'text of secrets/inside'],
    ['outside the folder', 'outside', undefined],
    ['outside the folder, by a path that leads through it', 'secrets/../outside', undefined],
    ['in a folder whose name begins with the same letters', 'secrets-of-others/outside', undefined],
    ['inside the folder that links to the outside', 'secrets/leads-out', undefined],
    ['outside the folder that links to the inside', 'leads-in', 'text of secrets/inside'],
    ['that is the folder itself', 'secrets', undefined],
    ['that is missing', 'secrets/missing', undefined],
  ])('reads a file only if it ends up inside: %s', (_, path, text) => {
    // Concatenated, since join() would resolve the dots.
    expect(readFile(createSecretReader({}, { folder: join(folder, 'secrets') }), `${folder}/${path}`)).toBe(text);
  });
});
