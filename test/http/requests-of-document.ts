import fc from 'fast-check';
import { readExample } from '../examples.ts';
import { approvalID, runID } from './hand-made.ts';
import { bearer } from './tokens.ts';

/** What is sent. All parts are as they go over the wire. */
export interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** An OpenAPI document, as far as requests are made of it. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Operation {
  parameters?: {
    name: string;
    in: 'path' | 'query' | 'header';
    schema: Schema;
    examples?: Record<string, { value: string }>;
  }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** A secret of specs, which no answer and no log may have. */
export const secret = 'hunter2-Passw0rd';

/** Texts of any code points. The unit `binary` of fast-check does the same, but takes seconds to list all of them first. */
function anyText(maxLength: number): fc.Arbitrary<string> {
  const codePoint = fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }));
  return fc.array(codePoint, { maxLength }).map((points) => String.fromCodePoint(...points));
}

const nasty = fc.constantFrom(
  '..',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  '\u{1F600}',
  "'; --",
  '${jndi:x}',
  '\0',
  '-1',
  '9999999999d',
  '1e9',
  'NaN',
);
const word = fc.oneof(fc.string({ maxLength: 12 }), anyText(12), nasty);

/** Known to the hand-made orchestrator. */
const known: Record<string, string[]> = {
  account: ['default'],
  region: ['bj'],
  name: ['ci-1', 'cce-12345678', 'nightly'],
  operation: [`create~ci-1~${runID}`, 'batch~ci-1', `reconcile~report~${runID}`, `approval~${approvalID}`],
  approval: [approvalID],
};

/** Makes requests of every route of a document: most of them nearly right, so that they get beyond the first check. */
export function requestsOf({ paths, components }: Document): fc.Arbitrary<Request> {
  const made = new Map<string, fc.Arbitrary<unknown>>();

  function valueOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
    const right = rightValueOf(schema, depth);
    return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
  }

  function rightValueOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const { $ref, anyOf, oneOf, allOf, type, properties = {}, items, pattern, examples } = schema;
    if ($ref !== undefined) {
      const name = $ref.slice($ref.lastIndexOf('/') + 1);
      const target = components.schemas[name] ?? {};
      const before = made.get(name) ?? rightValueOf(target, depth);
      made.set(name, before);
      return before;
    }
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const choices = anyOf ?? oneOf ?? allOf;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => valueOf(choice, depth)));
    const [kind] = [type].flat();
    switch (kind) {
      case 'object': {
        if (depth > 5) return fc.constant({});
        const fields = Object.entries(properties).map(([name, field]) => [name, valueOf(field, depth + 1)] as const);
        return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
      }
      case 'array':
        return fc.array(valueOf(items ?? {}, depth + 1), { maxLength: 3 });
      case 'integer':
      case 'number':
        return fc.oneof(
          { weight: 8, arbitrary: fc.integer({ min: 1, max: 100 }) },
          { weight: 1, arbitrary: fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constant(0)) },
        );
      case 'boolean':
        return fc.boolean();
      default: {
        const said = examples === undefined ? [] : [fc.constantFrom(...examples)];
        if (pattern !== undefined) return fc.oneof(...said, fc.stringMatching(new RegExp(pattern)));
        return fc.oneof(...said, word);
      }
    }
  }

  const withSecret = JSON.parse(
    JSON.stringify(readExample('custom', 'ci-1'), (key, value: unknown) => (key === 'adminPassword' ? secret : value)),
  ) as object;
  const specs = fc.oneof(fc.constant<object>(withSecret), fc.constant<object>(readExample('managed', 'ci-1')));
  const batches = specs.map((item) => ({ name: 'ci-1', items: [item, { delete: 'ci-2' }] }));

  const requests = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const ofKind = (kind: string) => parameters.filter((parameter) => parameter.in === kind);
      const pathParts = Object.fromEntries(
        ofKind('path').map(({ name }) => [
          name,
          fc.oneof(
            { weight: 30, arbitrary: fc.constantFrom(...(known[name] ?? ['x'])) },
            { weight: 1, arbitrary: word.map(encodeURIComponent) },
            { weight: 1, arbitrary: fc.constantFrom('%00', '%2e%2e%2f', '%E0%A4', '%', '') },
          ),
        ]),
      );
      const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
      // Few at a time: each may be wrong.
      const query = fc.tuple(
        ...ofKind('query').map(({ name, schema }) =>
          sometimes((name === 'wait' ? waits : valueOf(schema).map(textOf)).map((value) => ({ [name]: value }))),
        ),
        rarely(fc.dictionary(word, word, { maxKeys: 2 })),
      );
      const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
      const json = schema === undefined ? fc.jsonValue({ maxDepth: 2 }) : valueOf(schema);
      const ready = /\/(clusters|validate)$/.test(path) ? specs : path.endsWith('/batches') ? batches : undefined;
      const bodies = fc.oneof(
        { weight: 8, arbitrary: json.map(textOf) },
        ...(ready === undefined ? [] : [{ weight: 8, arbitrary: ready.map(textOf) }]),
        { weight: 1, arbitrary: rawBody },
      );
      return fc
        .record({ method: methodsLike(method), pathParts: fc.record(pathParts), query, headers, body: bodies })
        .map((parts): Request => {
          const asked = new URLSearchParams(
            Object.entries(Object.assign({}, ...parts.query) as Record<string, string>),
          );
          const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => parts.pathParts[name] ?? '');
          return {
            method: parts.method,
            path: asked.size === 0 ? at : `${at}?${asked.toString()}`,
            headers: Object.assign({}, ...parts.headers) as Record<string, string>,
            ...(!['GET', 'HEAD', 'OPTIONS'].includes(parts.method) && { body: parts.body }),
          };
        });
    }),
  );
  return fc.oneof(...requests, elsewhere);
}

function sometimes(arbitrary: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });
}

function rarely(arbitrary: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.oneof({ weight: 15, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });
}

/** No request waits for long: nothing is under way. */
const waits = fc.oneof(fc.constantFrom('1ms', '30s', '3m'), word);

function methodsLike(method: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(method.toUpperCase()) },
    { weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS') },
  );
}

const rawBody = fc.oneof(
  fc.string({ maxLength: 40 }),
  anyText(40),
  fc.constantFrom(
    '{"__proto__":{"x":1}}',
    '{"a":',
    '['.repeat(50_000),
    `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
    '&a [*a, *a]',
    '\ufeff{}',
    '',
  ),
);

const visible = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, ''));

const headers = fc.tuple(
  fc.oneof(
    { weight: 15, arbitrary: fc.constant(bearer('everything')) },
    { weight: 1, arbitrary: fc.constantFrom<object>({}, bearer('ci'), bearer('nobody'), { authorization: 'Basic x' }) },
  ),
  fc.oneof(
    { weight: 15, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          'application/yaml',
          'text/plain',
          'application/json; charset=latin1',
          'multipart/form-data',
          '/',
          '',
        )
        .map((type) => ({ 'content-type': type })),
    },
  ),
  rarely(fc.constantFrom('gzip', 'identity', 'x').map((encoding) => ({ 'content-encoding': encoding }))),
  rarely(fc.constantFrom('*/*', 'text/event-stream', 'image/png').map((accept) => ({ accept }))),
  rarely(fc.constantFrom('*', '"', 'W/').map((tag) => ({ 'if-none-match': tag }))),
  rarely(fc.oneof(visible, fc.constant('f3b1')).map((key) => ({ 'idempotency-key': key }))),
  rarely(fc.oneof(visible, fc.constant(`${runID}.264721`)).map((id) => ({ 'last-event-id': id }))),
  rarely(visible.map((address) => ({ 'x-forwarded-for': address }))),
  rarely(fc.constant({ expect: '100-continue' })),
);

/** Paths that no route has. */
const elsewhere = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'TRACE'),
  path: fc.array(word.map(encodeURIComponent), { maxLength: 4 }).map((words) => `/${words.join('/')}`),
  headers: fc.constant({}),
});
