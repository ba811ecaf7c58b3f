import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { faults } from './faults.ts';

const edits = faults.flatMap((fault) => fault.edits.map((edit) => [fault.name, edit.file, edit] as const));

it.each(edits)('the fault "%s" can be planted in %s', async (_, file, { replace, by }) => {
  const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(text.split(replace)).toHaveLength(2);
  expect(by).not.toBe(replace);
});
