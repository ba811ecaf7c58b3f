import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogMetadata, Logger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCredentials } from '../../../worker/credentials/credentials.ts';
import { runCredentialsCommand, type RenewableSource } from '../../../worker/credentials/source.ts';
import { waiting } from '../../waiting.ts';

const minuteMs = 60_000;

let folder: string;
let file: string;
let runs: string;
let warnings: string[];

/** The program that the command runs: prints the file, and appends a mark for each run. */
const printer = `
  const { appendFileSync, readFileSync } = require('node:fs');
  appendFileSync(process.argv[3], 'x');
  const text = readFileSync(process.argv[2], 'utf8');
  if (text === 'hang') setInterval(() => {}, 1000);
  else if (text === 'fail') { console.error('stderr-canary'); process.stdout.write('stdout-canary'); process.exit(3); }
  else process.stdout.write(text);
`;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-01T00:00:00Z') });
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  file = join(folder, 'credentials.json');
  runs = join(folder, 'runs');
  writeFileSync(runs, '');
  writeFileSync(join(folder, 'print.cjs'), printer);
  warnings = [];
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const sources = {
  file: () => ({ file }),
  command: () => ({ command: [process.execPath, join(folder, 'print.cjs'), file, runs] }),
} satisfies Record<string, () => RenewableSource>;

function credentialsFrom(source: RenewableSource) {
  const warn = (message: string, meta?: LogMetadata) => warnings.push(`${message}: ${String(meta?.['error'])}`);
  return createCredentials(source, { warn } as unknown as Logger);
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

function documentOf(accessKeyId: string, lifeMs?: number): string {
  const expiration = lifeMs === undefined ? undefined : new Date(Date.now() + lifeMs).toISOString();
  return JSON.stringify({ accessKeyId, secretAccessKey: 'secret-canary', sessionToken: 'token-canary', expiration });
}

function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

function commandRuns(): number {
  return readFileSync(runs, 'utf8').length;
}

const canaries = /canary/;

describe.each(Object.entries(sources))('credentials from a %s', (_, source) => {
  it('have the fields of an answer of the token service; its other fields are ignored', async () => {
    const expiration = '2026-01-01T09:00:00+08:00';
    const answer = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token', expiration };
    writeFileSync(file, JSON.stringify({ ...answer, createTime: '2026-01-01T00:00:00Z', userId: 'user' }));
    const credentials = credentialsFrom(source());
    expect(await credentials()).toEqual({ accessKeyID: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
  });

  it('are renewed some minutes before they expire', async () => {
    writeFileSync(file, documentOf('first', 60 * minuteMs));
    const credentials = credentialsFrom(source());
    expect(await credentials()).toMatchObject({ accessKeyID: 'first' });
    later(54 * minuteMs);
    writeFileSync(file, documentOf('second', 60 * minuteMs));
    later(2 * minuteMs);
    await vi.waitFor(async () => expect(await credentials()).toMatchObject({ accessKeyID: 'second' }), waiting);
    expect(warnings).toEqual([]);
  });

  it('serve while they are valid, even if a renewal fails', async () => {
    writeFileSync(file, documentOf('first', 60 * minuteMs));
    const credentials = credentialsFrom(source());
    await credentials();
    writeFileSync(file, 'no document, but a secret-canary');
    later(57 * minuteMs);
    expect(await credentials()).toMatchObject({ accessKeyID: 'first' });
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('does not provide valid JSON')]), waiting);
    expect(await credentials()).toMatchObject({ accessKeyID: 'first' });
    expect(warnings.join()).not.toMatch(canaries);
  });

  it('cause an error that says what to do once they have expired, until newer ones arrive', async () => {
    writeFileSync(file, documentOf('first', 60 * minuteMs));
    const credentials = credentialsFrom(source());
    await credentials();
    later(61 * minuteMs);
    const error = await errorOf(credentials());
    expect(error).toMatchObject({
      name: 'CredentialsError',
      message: expect.stringMatching(
        /^CCE_CREDENTIALS_.+ expired at 2026-01-01T01:00:00.000Z; it must provide newer ones$/,
      ),
    });
    writeFileSync(file, documentOf('second'));
    later(minuteMs);
    expect(await credentials()).toMatchObject({ accessKeyID: 'second' });
  });

  it('are renewed once if the service refuses them', async () => {
    writeFileSync(file, documentOf('first'));
    const credentials = credentialsFrom(source());
    const refused = await credentials();
    writeFileSync(file, documentOf('second'));
    later(minuteMs);
    const renewed = await Promise.all([credentials(refused), credentials(refused), credentials(refused)]);
    expect(renewed.map(({ accessKeyID }) => accessKeyID)).toEqual(['second', 'second', 'second']);
    expect(await credentials(refused)).toBe(renewed[0]);
  });

  it('cause an error if the service refuses them and the renewal fails', async () => {
    writeFileSync(file, documentOf('first'));
    const credentials = credentialsFrom(source());
    const refused = await credentials();
    writeFileSync(file, '{}');
    later(minuteMs);
    await expect(credentials(refused)).rejects.toThrow(/accessKeyId is missing.*; secretAccessKey is missing/);
  });

  it.each<[string, string, RegExp]>([
    ['invalid JSON', 'secret-canary', /does not provide valid JSON/],
    ['a list instead of an object', '["secret-canary"]', /the document /],
    [
      'white space in a key',
      JSON.stringify({ accessKeyId: 'a', secretAccessKey: 'secret-canary\n' }),
      /secretAccessKey is empty or contains white space/,
    ],
    [
      'an expiration that is not a time',
      JSON.stringify({ accessKeyId: 'a', secretAccessKey: 'b', expiration: 'canary' }),
      /expiration is not an ISO 8601 time/,
    ],
    [
      'an expiration without a time zone',
      JSON.stringify({ accessKeyId: 'a', secretAccessKey: 'b', expiration: '2027-01-01T00:00:00' }),
      /expiration is not an ISO 8601 time/,
    ],
    [
      'keys that have expired',
      JSON.stringify({ accessKeyId: 'a', secretAccessKey: 'canary', expiration: '2025-01-01T00:00:00Z' }),
      /expired at 2025-01-01T00:00:00Z/,
    ],
  ])('with %s are refused, in an error that shows no part of them', async (__, text, problem) => {
    writeFileSync(file, text);
    const error = await errorOf(credentialsFrom(source())());
    expect(String(error)).toMatch(problem);
    expect(`${String(error)} ${warnings.join()}`).not.toMatch(canaries);
  });
});

describe('a credentials file', () => {
  it('is read again when it changes', async () => {
    writeFileSync(file, documentOf('first'));
    const credentials = credentialsFrom({ file });
    const first = await credentials();
    expect(await credentials()).toBe(first);
    writeFileSync(file, documentOf('the-second'));
    expect(await credentials()).toMatchObject({ accessKeyID: 'the-second' });
  });

  it('leaves its credentials in use when it is removed', async () => {
    writeFileSync(file, documentOf('first'));
    const credentials = credentialsFrom({ file });
    const first = await credentials();
    rmSync(file);
    expect(await credentials()).toBe(first);
  });

  it('is named in the error if it is missing', async () => {
    await expect(credentialsFrom({ file })()).rejects.toThrow(`CCE_CREDENTIALS_FILE (${file}) cannot be read: ENOENT`);
  });
});

describe('a credentials command', () => {
  it('runs once for all callers, and not again while its credentials last', async () => {
    writeFileSync(file, documentOf('first', 60 * minuteMs));
    const credentials = credentialsFrom(sources.command());
    const all = await Promise.all([credentials(), credentials(), credentials()]);
    expect(new Set(all).size).toBe(1);
    later(50 * minuteMs);
    await credentials();
    expect(commandRuns()).toBe(1);
  });

  it('causes an error without its output if it fails, and rests before the next attempt', async () => {
    writeFileSync(file, 'fail');
    const credentials = credentialsFrom(sources.command());
    const errors = [String(await errorOf(credentials())), String(await errorOf(credentials()))];
    expect(errors[0]).toMatch(/CCE_CREDENTIALS_COMMAND \(.+\) failed: exit code 3; run it by hand/);
    expect(errors[1]).toBe(errors[0]);
    expect(`${errors.join()} ${warnings.join()}`).not.toMatch(canaries);
    expect(commandRuns()).toBe(1);
    later(minuteMs);
    await errorOf(credentials());
    expect(commandRuns()).toBe(2);
  });

  it('is stopped if it hangs', async () => {
    writeFileSync(file, 'hang');
    const { command } = sources.command();
    await expect(runCredentialsCommand(command, 'CCE_CREDENTIALS_COMMAND', 200)).rejects.toThrow(
      'was stopped after 0.2 s',
    );
  });

  it('causes an error if it does not exist', async () => {
    await expect(credentialsFrom({ command: ['/no-such-program'] })()).rejects.toThrow('failed: ENOENT');
  });

  it('runs without a shell', async () => {
    writeFileSync(file, documentOf('first'));
    const credentials = credentialsFrom({ command: ['cat', file, '|', 'true'] });
    await expect(credentials()).rejects.toThrow('failed: exit code 1');
  });
});
