import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBatchFile, readSpecFile } from '../../cli/spec-file.ts';

describe('a spec file that is not valid', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'spec-file-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function refusalOf(text: string): Promise<string> {
    const path = join(folder, 'spec.yaml');
    writeFileSync(path, text);
    const error = await readSpecFile(path).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ name: 'SpecFileError', kind: 'invalidInput' });
    return (error as Error).message.replace(path, 'spec.yaml');
  }

  it.each([
    ['nodes:\n  - adminPassword: "Canary-1!\n', 'Missing closing "quote at line 3, column 1'],
    ['adminPassword: Canary-1!: x\n', 'Nested mappings are not allowed in compact mappings at line 1, column 16'],
    ['adminPassword: |Canary-1!\n  x\n', 'Block scalar header includes extra characters at line 1, column 17'],
    ['adminPassword: !Canary-1! x\nb: [\n', undefined],
    ['adminPassword: { a: Canary-1! } Canary-1!\n', undefined],
    ['a: 1\nCanary-1!\nb: 2\n', undefined],
    ['}Canary-1!\n', undefined],
  ])('is refused without a word of its text: %j', async (text, expected) => {
    const message = await refusalOf(text);
    expect(message).not.toContain('Canary');
    expect(message).toMatch(/^spec\.yaml: .+ at line \d+, column \d+/);
    if (expected !== undefined) expect(message.split('\n')[0]).toBe(`spec.yaml: ${expected}`);
  });

  it.each([
    ['an empty file', '', /^spec\.yaml is empty$/],
    ['a file of blanks', ' \n\n', /^spec\.yaml is empty$/],
    ['two documents', 'a: 1\n---\nb: 2\n', /^spec\.yaml: a second document begins at line 2; a file has only one$/],
    ['a batch file', 'name: nightly\nitems: []\n', /^spec\.yaml is a batch file; .*ccectl batch create$/],
  ])('is refused with what it is: %s', async (_, text, expected) => {
    expect(await refusalOf(text)).toMatch(expected);
  });

  it.each([
    ['a file that does not exist', 'none.yaml', 'there is no such file'],
    ['a folder', '.', 'it is a folder'],
  ])('is refused with a reason in plain words: %s', async (_, name, reason) => {
    const path = join(folder, name);
    await expect(readSpecFile(path)).rejects.toThrow(`${path} cannot be read: ${reason}`);
  });

  it('is refused as a batch file if it is the spec of one cluster', async () => {
    const path = join(folder, 'spec.yaml');
    writeFileSync(path, 'cluster: { clusterName: a }\n');
    await expect(readBatchFile(path)).rejects.toThrow(/is the spec of one cluster; .*ccectl create$/);
    expect(await readSpecFile(path, 'b')).toEqual({ cluster: { clusterName: 'b' } });
  });

  it.each([
    ['that contains itself', 'a: &a [*a]\n', /is nested too deeply, or contains itself$/],
    [
      'whose aliases repeat each other',
      'a0: &a0 [x, x]\n' + Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join(''),
      /stands for too many values/,
    ],
    ['with too many aliases', `a: &a x\nb: [${'*a, '.repeat(10_000)}]\n`, /has too many anchors and aliases$/],
  ])('is refused before it is read: a file %s', async (_, text, expected) => {
    expect(await refusalOf(text)).toMatch(expected);
  });

  it('is none where hundreds of items share one part', async () => {
    const path = join(folder, 'batch.yaml');
    writeFileSync(path, `base: &base { onFailure: keep }\nitems:\n${'  - *base\n'.repeat(300)}`);
    expect(await readBatchFile(path)).toMatchObject({
      items: Array.from({ length: 300 }, () => ({ onFailure: 'keep' })),
    });
  });

  it('is read without merges, whatever version it names', async () => {
    const path = join(folder, 'merge.yaml');
    writeFileSync(path, '%YAML 1.1\n---\na: &a { x: 1 }\nb: { !!merge <<: *a }\n');
    expect(await readSpecFile(path)).toEqual({ a: { x: 1 }, b: { '<<': { x: 1 } } });
  });

  it('is refused with few messages, however many mistakes there are', async () => {
    expect((await refusalOf('['.repeat(500))).split('\n').length).toBeLessThanOrEqual(20);
  });
});
