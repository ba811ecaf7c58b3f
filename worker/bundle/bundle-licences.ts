import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The texts of the licences of all packages that have code in a bundle. Most of them ask to go with every copy of the
 * code, and a bundle is one.
 *
 * @param code A bundle of webpack's, with the comments that name its modules by their paths from the current folder.
 * @throws Error where a package has no file with its licence.
 */
export async function bundleLicences(code: string): Promise<string> {
  const modules = code.matchAll(/^\/\*{3}\/ "(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//gm);
  const folders = new Map(Array.from(modules, ([, folder = '', name = '']) => [name, folder]));
  const sections = [...folders]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(async ([name, folder]) => `${name}\n\n${await licenceOf(folder)}`);
  return (await Promise.all(sections)).join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceOf(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no file with its licence`);
  return readFile(join(folder, file), 'utf8');
}
