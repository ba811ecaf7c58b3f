import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as temporalWorkflow from '@temporalio/workflow';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { createProgram } from '../cli/program.ts';
import { commandProblem } from './quoted-commands.ts';
import { anchorsOf, commandsIn, firstColumnsOf, quotesIn, type Quote } from './quotes.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = filesBelow(root);
const folders = new Set(files.flatMap((file) => ancestorsOf(file)));
const topFolders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/', 1)[0]));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const documents = files.filter((file) => /^(README|CONTRIBUTING|CHANGELOG)\.md$|^docs\/[^/]+\.md$/.test(file));
const quotes = documents.flatMap((file) => quotesIn(file, read(file)));

const variablePattern = /\b(?:CCE|BCE|OTEL|TEMPORAL)_[A-Z0-9_]*[A-Z0-9]\b/g;
const documented = variablesNamedIn(firstColumnsOf(read('docs/configuration.md')));

/** Variables of other programs that the documents mention. */
const foreignVariables = ['TEMPORAL_CODEC_ENDPOINT'];
/** Codes of the vendor that the code treats like any other of their HTTP status. */
const foreignNames = ['SignatureDoesNotMatch', 'OptInRequired'];

/** One line for each wrong quote, with where it stands. */
function complaints(about: readonly Quote[], problemOf: (quote: Quote) => string | undefined): string[] {
  return about.flatMap((quote) => {
    const problem = problemOf(quote);
    return problem === undefined ? [] : [`${quote.file}:${quote.line}: \`${quote.text}\` ${problem}`];
  });
}

describe('the documents', () => {
  it('quote only files and folders that exist', () => {
    expect(complaints(quotes, pathProblem)).toEqual([]);
  });

  it('link only to files and headings that exist', () => {
    expect(complaints(quotes, linkProblem)).toEqual([]);
  });

  it('run only npm scripts that exist', () => {
    expect(complaints(quotes, scriptProblem)).toEqual([]);
  });

  it('name only environment variables that docs/configuration.md describes', () => {
    expect(complaints(quotes, variableProblem)).toEqual([]);
  });

  it('name only functions, types and fields that exist in the code', () => {
    expect(complaints(quotes, nameProblem)).toEqual([]);
  });

  describe('with ccectl and the npm scripts', () => {
    const ccectl = createProgram();

    it('use only commands and flags that exist', () => {
      expect(complaints(quotes, (quote) => commandProblem(quote, ccectl))).toEqual([]);
    });

    it.each([
      'ccectl list --runing',
      'ccectl batch stop nightly',
      'npm run -s ccectl -- destroy ci-1',
      'kubectl exec worker -- node dist/cli/main.js list --all',
      'npm run bench -- --cluster 5',
    ])('are found wrong when they say %s', (text) => {
      expect(commandProblem({ ...planted, kind: 'command', text }, ccectl)).toBeDefined();
    });
  });

  it.each([
    ['a path', pathProblem, '`worker/run-workers.ts`'],
    ['a file name', pathProblem, '`run-workers.ts`'],
    ['a pattern', pathProblem, '`cce/rule/*.ts`'],
    ['a path in a command', pathProblem, '`npx vitest run test/doc.test.ts`'],
    ['a link', linkProblem, '[there](docs/operation.md)'],
    ['an anchor', linkProblem, '[there](docs/operations.md#trace)'],
    ['a script', scriptProblem, '`npm run tests`'],
    ['a variable', variableProblem, '`CCE_POLL_INTERVALL`'],
    ['a function', nameProblem, '`submitClusters()`'],
    ['an error', nameProblem, '`InvalidSpecsError`'],
  ])('are found wrong, with file and line, when they misquote %s', (_, problemOf, text) => {
    const found = complaints(
      quotesIn('README.md', `# Title\n\n| a | b |\n| --- | --- |\n| \`cce/\` | ${text} |\n`),
      problemOf,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^README\.md:5: /);
  });
});

describe('docs/architecture.md', () => {
  it('says for every dependency what it is used for, and for nothing else', () => {
    const [, libraries = ''] = read('docs/architecture.md').split('## Libraries');
    const explained = firstColumnsOf(libraries).flatMap((text) => text.match(/[^`, ]+/g) ?? []);
    const { dependencies, devDependencies } = packageJson;
    const installed = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !name.startsWith('@types/'),
    );
    expect(explained.toSorted()).toEqual(installed.toSorted());
  });
});

describe('docs/operations.md', () => {
  it('lists every metric of worker and server, and no other', () => {
    const listed = firstColumnsOf(read('docs/operations.md')).flatMap((text) => text.match(/\bcce_\w+/g) ?? []);
    const made = roomSources().flatMap((source) => source.match(/\bcce_[a-z]\w*/g) ?? []);
    // Prometheus adds the ending of counters.
    const withoutEnding = (names: string[]) => names.map((name) => name.replace(/_total$/, ''));
    expect(withoutEnding(listed).toSorted()).toEqual([...new Set(withoutEnding(made))].toSorted());
  });
});

describe('docs/configuration.md', () => {
  it('describes every environment variable that the code names', () => {
    const named = [...variablesNamedIn(roomSources())];
    // Some are named by the part that they share: TEMPORAL_TLS_CLIENT_KEY for …_PATH and …_DATA.
    const isDocumented = (name: string) => documented.has(name) || documented.has(`${name}_PATH`);
    expect(named.filter((name) => !isDocumented(name))).toEqual([]);
  });

  it('describes no variable that neither the code nor a library reads', () => {
    const readByUs = variablesNamedIn(roomSources());
    const readByLibraries = variablesNamedIn(librarySources().map((path) => readFileSync(path, 'utf8')));
    const unread = [...documented].filter((name) => !readByUs.has(name) && !readByLibraries.has(name));
    expect(unread).toEqual([]);
  });
});

const planted = { file: 'README.md', line: 1 };

const fileName = /^[\w.*-]+\.(?:ts|md|ya?ml|jsonc?)$/;

/** Whatever looks like a path of the repository is one; URL paths and files of the user do not look so. */
function pathProblem({ kind, text }: Quote): string | undefined {
  if (kind === 'link') return undefined;
  const words = commandsIn(text).flat();
  const missing = words.map((word) => word.replace(/^\.\//, '')).filter((word) => isPath(word, kind) && !exists(word));
  return missing.length === 0 ? undefined : `names ${missing.join(', ')}, which does not exist`;
}

function isPath(word: string, kind: Quote['kind']): boolean {
  // Placeholders such as test/<room>/<name>.test.ts.
  if (/[<>…$:]/.test(word)) return false;
  const [first = '', ...others] = word.split('/');
  if (others.length === 0) return kind === 'code' && fileName.test(word);
  return topFolders.has(first) || first === 'dist';
}

function exists(path: string): boolean {
  const source = path.startsWith('dist/') ? path.slice('dist/'.length).replace(/\.js$/, '.ts') : path;
  if (path === 'dist/' || files.includes(source) || folders.has(source.replace(/\/$/, ''))) return true;
  // What the build writes beside the compiled files.
  if (path.startsWith('dist/'))
    return read('worker/bundle/build-bundle.ts').includes(`/${source.replace(/\.ts$/, '.js')}'`);
  if (/[*{]/.test(path)) {
    const matches = picomatch(path);
    return files.some((file) => matches(file));
  }
  return !path.includes('/') && files.some((file) => file.endsWith(`/${path}`));
}

function linkProblem({ kind, text, file }: Quote): string | undefined {
  if (kind !== 'link' || /^[a-z]+:/.test(text)) return undefined;
  const [path = '', anchor] = text.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!files.includes(target) && !folders.has(target.replace(/\/$/, '')))
    return `leads to ${target}, which does not exist`;
  return anchor === undefined || anchorsOf(read(target)).has(anchor) ? undefined : `has no heading in ${target}`;
}

function scriptProblem({ kind, text }: Quote): string | undefined {
  if (kind === 'link') return undefined;
  const scripts = commandsIn(text).flatMap(([npm, verb, ...words]) => {
    if (npm !== 'npm') return [];
    return verb === 'run' ? words.filter((word) => !word.startsWith('-')).slice(0, 1) : verb === 'test' ? ['test'] : [];
  });
  const missing = scripts.filter((script) => !(script in packageJson.scripts));
  return missing.length === 0 ? undefined : 'is not a script of package.json';
}

function variableProblem({ kind, text }: Quote): string | undefined {
  if (kind === 'link') return undefined;
  const unknown = (text.match(variablePattern) ?? []).filter(
    (name) => !documented.has(name) && !foreignVariables.includes(name),
  );
  return unknown.length === 0 ? undefined : 'is not described in docs/configuration.md';
}

function variablesNamedIn(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.match(variablePattern) ?? []));
}

/** The code of the rooms. Without the reader of secrets, which names prefixes of variables that it refuses. */
function roomSources(): string[] {
  const rooms = /^(?:cce|contract|temporal|activities|workflows|worker|client|http|cli|simulator|local)\//;
  const sources = files.filter(
    (file) => rooms.test(file) && file.endsWith('.ts') && file !== 'worker/secret-reader.ts',
  );
  return sources.map((file) => read(file));
}

/** Where Temporal's and OpenTelemetry's libraries read their variables. */
function librarySources(): string[] {
  return [
    'node_modules/@temporalio/envconfig/lib/envconfig-toml.js',
    'node_modules/@opentelemetry/core/build/src/utils/environment.js',
  ].map((path) => join(root, path));
}

const codeName = /^([a-z]+[A-Z]\w*|(?:[A-Z]+[a-z]\w*){2,})(?:\(.*\))?$/;

/** Names in one lower-case word are left alone: too many of them are words. */
function nameProblem({ kind, text }: Quote): string | undefined {
  const name = kind === 'code' ? codeName.exec(text)?.[1] : undefined;
  const isKnown =
    name === undefined || knownNames().has(name) || foreignNames.includes(name) || name in temporalWorkflow;
  return isKnown ? undefined : 'is in no source file';
}

let names: Set<string> | undefined;

/** All words of the code, without those that stand only in a comment of their own line, or in this test. */
function knownNames(): Set<string> {
  names ??= new Set(
    files
      .filter((file) => /\.(?:ts|yaml)$/.test(file) && file !== 'test/docs.test.ts')
      .flatMap(
        (file) =>
          read(file)
            .replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
            .match(/\w+/g) ?? [],
      ),
  );
  return names;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (['node_modules', 'dist', '.git'].includes(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [relative(root, path)];
  });
}

function ancestorsOf(file: string): string[] {
  const parent = dirname(file);
  return parent === '.' ? [] : [parent, ...ancestorsOf(parent)];
}
