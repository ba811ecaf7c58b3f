import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpecFile } from '../../cli/spec-file.ts';

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

  it('is refused with few messages, however many mistakes there are', async () => {
    expect((await refusalOf('['.repeat(500))).split('\n').length).toBeLessThanOrEqual(20);
  });
});
