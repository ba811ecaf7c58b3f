import { afterEach, describe, expect, it, vi } from 'vitest';
import { UnreachableError } from '../../client/index.ts';
import { startAPI, type API } from './api.ts';
import { operationOf } from './hand-made.ts';

describe('a list of a whole scope', () => {
  let api: API;
  afterEach(async () => {
    vi.useRealTimers();
    await api.close();
  });
  const ask = async (path: string) => (await api.inject({ url: `/v1/${path}` })).statusCode;
  const lists = (name: string) => api.calls().filter(([method]) => method === name).length;

  it('is read once for all requests of a second, and anew after it and for another scope', async () => {
    api = await startAPI({ operations: [operationOf('ci-1')] });
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const paths = Array.from({ length: 20 }, (_, index) => `default/bj/${index % 2 === 0 ? 'clusters' : 'operations'}`);
    expect(await Promise.all(paths.map(ask))).toEqual(paths.map(() => 200));
    expect(lists('list')).toBe(1);
    await ask('default/gz/operations');
    expect(lists('list')).toBe(2);
    vi.advanceTimersByTime(1_000);
    await ask('default/bj/operations');
    expect(lists('list')).toBe(3);
    await Promise.all([ask('default/bj/batches'), ask('default/bj/batches')]);
    expect(lists('batches.list')).toBe(1);
  });

  it('that cannot be read is read again by the next request', async () => {
    let isDown = true;
    api = await startAPI({
      orchestrator: {
        async *list() {
          if (isDown) throw new UnreachableError('gone');
          yield operationOf('ci-1');
        },
      },
    });
    expect(await Promise.all([ask('default/bj/clusters'), ask('default/bj/clusters')])).toEqual([503, 503]);
    isDown = false;
    expect(await ask('default/bj/clusters')).toBe(200);
    expect(lists('list')).toBe(2);
  });
});
