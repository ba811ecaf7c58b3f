import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** What the page shows of an OpenAPI document. */
interface Document {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
  'x-role'?: string;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** Serves `/docs`: the routes, parameters and schemas of `/openapi.json` as a page that loads nothing and runs nothing. */
export function addReferencePage(app: FastifyInstance): void {
  let page: string | undefined;
  app.get('/docs', { schema: { hide: true } }, (_, reply) => {
    page ??= pageOf(app.swagger() as unknown as Document);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(page);
  });
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222; background: #fff; }
code { font: 14px ui-monospace, monospace; overflow-wrap: anywhere; }
h2 { border-bottom: 1px solid #ccc; margin-top: 3rem; } h3 { margin: 2rem 0 0.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-top: 1px solid #ddd; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
.method { color: #06c; font-weight: bold; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1a1a1a; } a { color: #7bf; } .method { color: #7bf; } }
`;

/** Allows the style above only. A browser that took a text of the document for markup would still load and run nothing. */
const policy = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

function pageOf({ info, tags = [], paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  const sections = tags.map(({ name, description = '' }) => {
    const own = operations.filter((operation) => operation.tags?.includes(name));
    return `<h2 id="${escaped(name)}">${escaped(name)}</h2><p>${prose(description)}</p>${own.map(sectionOf).join('')}`;
  });
  const schemas = Object.entries(components?.schemas ?? {}).toSorted(([left], [right]) => left.localeCompare(right));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)}</title><style>${style}</style></head>
<body>
<h1>${escaped(info.title)} ${escaped(info.version)}</h1>
<p>${prose(info.description ?? '')} For programs: <a href="/openapi.json">/openapi.json</a>.</p>
<ul>${tags.map(({ name }) => `<li><a href="#${escaped(name)}">${escaped(name)}</a></li>`).join('')}<li><a href="#schemas">schemas</a></li></ul>
${sections.join('\n')}
<h2 id="schemas">schemas</h2>
${schemas.map(([name, schema]) => `<h3 id="schema-${escaped(name)}">${escaped(name)}</h3>${schemaOf(schema)}`).join('\n')}
</body>
</html>
`;
}

function sectionOf(operation: Operation & { path: string; method: string }): string {
  const { path, method, operationId, summary = '', description, parameters = [], requestBody, responses } = operation;
  const role = operation['x-role'];
  const own = parameters.filter(
    (parameter) => parameter.in !== 'path' || !['account', 'region'].includes(parameter.name),
  );
  const rows = own.map(
    ({ name, in: part, required = false, description: about = '', schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(part)}${required ? ', required' : ''}</td><td>${typeOf(schema)}</td><td>${prose(about)}</td></tr>`,
  );
  const body = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema = {} }]) => `<p>Body (<code>${escaped(type)}</code>): ${typeOf(schema)}</p>${tableOf(schema)}`,
  );
  const answers = Object.entries(responses).map(([status, { description: about = '', content = {} }]) => {
    const types = Object.values(content).map(({ schema = {} }) => typeOf(schema));
    const text = about === 'Default Response' ? '' : ` ${prose(about)}`;
    return `<tr><td>${escaped(status)}</td><td>${types.join(' or ')}${text}</td></tr>`;
  });
  return `<section id="${escaped(operationId)}"><h3><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p>${prose(summary)}.${description === undefined ? '' : ` ${prose(description)}`}${role === undefined ? '' : ` Role: <code>${escaped(role)}</code>.`}</p>
${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}${body.join('')}<table>${answers.join('')}</table></section>`;
}

function schemaOf(schema: Schema): string {
  const about = schema.description === undefined ? '' : `<p>${prose(schema.description)}</p>`;
  return `${about}${tableOf(schema) || `<p>${typeOf(schema)}</p>`}`;
}

/** The fields of an object. */
function tableOf({ properties, required = [] }: Schema): string {
  if (properties === undefined) return '';
  const rows = Object.entries(properties).map(
    ([name, field]) =>
      `<tr><td><code>${escaped(name)}</code>${required.includes(name) ? ', required' : ''}</td><td>${typeOf(field)}</td><td>${prose(field.description ?? '')}${field.type === 'object' ? tableOf(field) : ''}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function typeOf(schema: Schema): string {
  const { $ref, enum: values, anyOf, oneOf, items, type, pattern } = schema;
  if ($ref !== undefined) {
    const name = escaped($ref.slice($ref.lastIndexOf('/') + 1));
    return `<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return code(schema.const);
  if (values !== undefined) return values.map(code).join(', ');
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  const named = escaped([type].flat().join(' or ') || 'any');
  const like = pattern === undefined ? '' : ` like <code>${escaped(pattern)}</code>`;
  return `${named}${like}${schema.default === undefined ? '' : `, by default ${code(schema.default)}`}`;
}

function code(value: unknown): string {
  return `<code>${escaped(typeof value === 'string' ? value : JSON.stringify(value))}</code>`;
}

/** Text in which backticks stand for code. */
function prose(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
