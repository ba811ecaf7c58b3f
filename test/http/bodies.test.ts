import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addBodies, bodyLimitBytes } from '../../http/bodies.ts';

describe('a body in YAML', () => {
  const app = fastify({ bodyLimit: bodyLimitBytes });
  beforeAll(async () => {
    addBodies(app);
    app.post('/', async ({ body }) => body);
    await app.ready();
  });
  afterAll(() => app.close());

  async function send(payload: string): Promise<[status: number, body: unknown]> {
    const answer = await app.inject({
      method: 'POST',
      url: '/',
      payload,
      headers: { 'content-type': 'application/yaml' },
    });
    return [answer.statusCode, answer.json()];
  }

  it.each([
    ['aliases', `a: &a x\nb: [${'*a,'.repeat(330_000)}]`],
    ['anchors', `a: [${'&a x,'.repeat(200_000)}]`],
    ['aliases of a name that begins with a blank of another kind', `a: &\u00a0 x\nb: [${'*\u00a0,'.repeat(10_000)}]`],
  ])('with too many %s is refused before it is parsed', async (_, payload) => {
    expect(await send(payload)).toMatchObject([400, { message: 'the body has too many anchors and aliases' }]);
  });

  it('may use one part in thousands of items, and signs of aliases in texts', async () => {
    const items = `base: &base { onFailure: keep }\nitems:\n${'  - *base\n'.repeat(2_000)}`;
    const [status, body] = await send(`${items}text: "${'a&b*c '.repeat(5_000)}"`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: Array.from({ length: 2_000 }, () => ({ onFailure: 'keep' })) });
  });

  it('has no merges, whatever version it names', async () => {
    const payload = '%YAML 1.1\n---\na: &a { x: 1 }\nb: { <<: *a }';
    expect(await send(payload)).toEqual([200, { a: { x: 1 }, b: { '<<': { x: 1 } } }]);
  });

  it.each([
    ['a mistake', 'a: [1, 2'],
    ['a key that appears twice', 'a: 1\nb: { c: 1, d: 2, c: 3 }'],
    ['the tag of a merge', 'a: &a { x: 1 }\nb: { !!merge <<: *a }'],
    ['a short tag of a merge', '%TAG ! tag:yaml.org,2002:\n---\na: &a { x: 1 }\nb: { !merge <<: *a }'],
    ['a map as a key', 'a: { { b: 1 }: 2 }'],
    ['two documents', 'a: 1\n---\na: 2'],
  ])('with %s is refused', async (_, payload) => {
    expect(await send(payload)).toMatchObject([400, { message: 'the body is not valid YAML' }]);
  });

  it('may have thousands of keys', async () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}: 1`);
    const [status, body] = await send(`{ ${keys.join(', ')} }`);
    expect([status, Object.keys(body as object).length]).toEqual([200, 5_000]);
  });
});
