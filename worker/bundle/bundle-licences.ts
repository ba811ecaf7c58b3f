import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Collects the licence texts of all packages that have code in a bundle. Most licences must accompany every copy of the
 * code, and a bundle is a copy.
 *
 * @param code A webpack bundle, with the comments that name its modules by their paths from the current folder.
 * @throws Error if a package has no licence file.
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
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return readFile(join(folder, file), 'utf8');
}
