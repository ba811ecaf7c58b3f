import Ajv from 'ajv/dist/2020.js';
import { expect } from 'vitest';

/** An OpenAPI document, as far as these tests read it. */
interface Document {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
  components: object;
}

/** The document of a server, and the schemas in it. */
export interface Documented {
  document: Document;
  ajv: Ajv.default;
}

export async function readDocument(server: string): Promise<Documented> {
  const document = (await (await fetch(`${server}/openapi.json`)).json()) as Document;
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  return { document, ajv };
}

export type CheckedCall = <Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
) => Promise<{ status: number; answer: Answer; location: string }>;

/** Calls the API of an account and region, and checks that the answer is as the document says. */
export async function checkedCall<Answer>(
  { document, ajv }: Documented,
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; answer: Answer; location: string }> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer = (await response.json()) as Answer;
  const { status, headers } = response;
  const [pattern] = Object.keys(document.paths).filter((known) => patternOf(known).test(path.split('?', 1)[0]!));
  const { responses } = document.paths[pattern!]![method.toLowerCase()]!;
  const { content } = responses[status] ?? responses[`${String(status)[0]}XX`]!;
  const [type] = headers.get('content-type')?.split(';') ?? [];
  const schema = JSON.stringify(content![type!]!.schema).replaceAll('"#/components', '"api#/components');
  const validate = ajv.compile(JSON.parse(schema) as object);
  validate(answer);
  expect({ method, path, errors: validate.errors }).toEqual({ method, path, errors: null });
  return { status, answer, location: headers.get('location') ?? '' };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace('/v1/{account}/{region}', '').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
