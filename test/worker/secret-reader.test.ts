import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretReader } from '../../cce/secrets.ts';
import { createSecretReader } from '../../worker/secret-reader.ts';

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

/** To throw counts as not found, see `SecretReader`. */
function readFile(reader: SecretReader, path: string): string | undefined {
  try {
    return reader.file(path);
  } catch {
    return undefined;
  }
}

describe('variables', () => {
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
  ])('%s is not given out', (name) => {
    expect(createSecretReader({ [name]: 'own secret' }, undefined).env(name)).toBeUndefined();
  });

  it.each(['CCE_ADMIN_PASSWORD', 'PASSWORD', 'MY_BCE_PASSWORD', 'TEMPORALPASSWORD'])('%s is given out', (name) => {
    expect(createSecretReader({ [name]: 'for a spec' }, undefined).env(name)).toBe('for a spec');
  });

  it('that are not set are not found', () => {
    expect(createSecretReader({}, undefined).env('PASSWORD')).toBeUndefined();
  });
});

describe('files without a secrets folder', () => {
  it.each([
    ["the worker's own variables", () => '/proc/self/environ'],
    ['a link to them', () => join(folder, 'environ')],
    ['a device without an end', () => '/dev/zero'],
    ['a file of the kernel', () => '/sys/kernel/mm/transparent_hugepage/enabled'],
    ['a folder', () => folder],
    ['a file over 64 kB', () => join(folder, 'too-large')],
    ['a file that is missing', () => join(folder, 'missing')],
  ])('%s cannot be read', (_, path) => {
    expect(readFile(createSecretReader({}, undefined), path())).toBeUndefined();
  });

  it.each([
    ['encryption keys', 'CCE_ENCRYPTION_KEYS_FILE'],
    ['keys of the account', 'CCE_CREDENTIALS_FILE'],
    ['settings of Temporal', 'TEMPORAL_CONFIG_FILE'],
    ['key of the connection to Temporal', 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
  ])('the %s cannot be read, by whatever name', (_, name) => {
    const keysFile = join(folder, 'secrets/inside');
    const reader = createSecretReader({ [name]: join(folder, 'leads-in') }, undefined);
    expect(reader.file(keysFile)).toBeUndefined();
    expect(reader.file(join(folder, 'secrets/stays-inside'))).toBeUndefined();
    expect(reader.file(join(folder, 'outside'))).toBe('text of outside');
  });

  it('others can be read', () => {
    const reader = createSecretReader({}, undefined);
    expect(reader.file(join(folder, 'outside'))).toBe('text of outside');
    expect(reader.file(join(folder, 'largest'))).toHaveLength(64 * 1024);
  });
});

describe('files with a secrets folder', () => {
  it.each([
    ['inside of it', 'secrets/inside', 'text of secrets/inside'],
    ['deep inside of it', 'secrets/deep/inside', 'text of secrets/deep/inside'],
    ['that links to another inside of it', 'secrets/stays-inside', 'text of secrets/inside'],
    ['outside of it', 'outside', undefined],
    ['outside of it by way of it', 'secrets/../outside', undefined],
    ['in a folder whose name begins like it', 'secrets-of-others/outside', undefined],
    ['inside of it that links to the outside', 'secrets/leads-out', undefined],
    ['outside of it that links to the inside', 'leads-in', 'text of secrets/inside'],
    ['that is the folder', 'secrets', undefined],
    ['that is missing', 'secrets/missing', undefined],
  ])('a file %s', (_, path, text) => {
    // Not joined, which would take the dots away.
    expect(readFile(createSecretReader({}, join(folder, 'secrets')), `${folder}/${path}`)).toBe(text);
  });
});
