import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import satisfies from 'spdx-satisfies';
import { expect, it } from 'vitest';

interface LockedPackage {
  license?: string;
  dev?: boolean;
}

/** What may be passed on together with, and by a user of, a work under Apache-2.0. */
const allowed = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
];

/** Packages that the list does not fit, and why they may be used all the same. */
const exceptions: Record<string, string> = {
  // Data on browsers, no code; it asks for attribution, which the file of its licence in the package gives.
  'node_modules/caniuse-lite': 'CC-BY-4.0',
  // Names no licence in its package.json; the file is checked below.
  'node_modules/unionfs': 'none named',
};

const { packages } = JSON.parse(file('../package-lock.json')) as { packages: Record<string, LockedPackage> };
const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);

function hasAllowedLicence(licence: string): boolean {
  try {
    return satisfies(licence, allowed);
  } catch {
    return false; // no SPDX expression
  }
}

it('all that this package installs with it has a licence that goes with its own', () => {
  expect(production.map(([path]) => path)).toContain('node_modules/@temporalio/worker');
  const others = production
    .map(([path, { license = 'none named' }]) => [path, license] as const)
    .filter(([, licence]) => !hasAllowedLicence(licence));
  expect(Object.fromEntries(others)).toEqual(exceptions);
});

it('the list refuses what it must', () => {
  expect(['GPL-3.0-only', 'MIT AND GPL-2.0-only', 'SEE LICENSE IN LICENSE', ''].filter(hasAllowedLicence)).toEqual([]);
});

it('unionfs is in the public domain, as its file says', () => {
  expect(file('../node_modules/unionfs/LICENSE')).toContain(
    'This is free and unencumbered software released into the public domain.',
  );
});

it('this package has the licence that it names, in full', () => {
  expect(packages['']?.license).toBe('Apache-2.0');
  expect(file('../LICENSE')).toMatch(/Apache License\s+Version 2\.0[^]+END OF TERMS AND CONDITIONS/);
});

function file(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
}
