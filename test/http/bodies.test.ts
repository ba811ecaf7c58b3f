import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addBodies, batchLimitBytes, bodyLimitBytes } from '../../http/bodies.ts';

describe('a body in YAML', () => {
  const app = fastify({ bodyLimit: bodyLimitBytes });
  beforeAll(async () => {
    addBodies(app);
    app.post('/', { bodyLimit: batchLimitBytes }, async ({ body }) => body);
    app.get('/healthz', async () => 'ok');
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

  it('may use one part in thousands of items, signs of aliases in texts and thousands of keys, and holds up nobody', async () => {
    const items = `base: &base { onFailure: keep }\nitems:\n${'  - *base\n'.repeat(2_000)}`;
    const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}: 1`);
    const large = send(`${items}text: "${'a&b*c '.repeat(5_000)}"\nkeys: { ${keys.join(', ')} }`);
    let answers = 0;
    const clock = setInterval(() => void app.inject({ url: '/healthz' }).then(() => answers++), 1);
    const [status, body] = await large;
    clearInterval(clock);
    // On this thread, the parse would leave them no turn.
    expect(answers).toBeGreaterThan(10);
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: Array.from({ length: 2_000 }, () => ({ onFailure: 'keep' })) });
    expect(Object.keys((body as { keys: object }).keys)).toHaveLength(5_000);
  });

  it('of more than a megabyte is refused, though JSON may be larger', async () => {
    const refused = await send(`a: "${'x'.repeat(bodyLimitBytes)}"`);
    expect(refused).toMatchObject([413, { message: 'the body has more than a megabyte of YAML; send JSON' }]);
    const payload = { a: 'x'.repeat(bodyLimitBytes) };
    expect((await app.inject({ method: 'POST', url: '/', payload })).statusCode).toBe(200);
  });

  it('that is large is refused for what small ones are', async () => {
    const tooDeep = `# ${'x'.repeat(20_000)}\na: ${'['.repeat(101)}${']'.repeat(101)}`;
    expect(await send(tooDeep)).toMatchObject([400, { message: 'the body is nested too deeply' }]);
  });
});
