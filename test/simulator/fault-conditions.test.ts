import { describe, expect, it } from 'vitest';
import { faultSchema, faultSummaries, parseFault } from '../../simulator/fault-schema.ts';
import { createFaultBook } from '../../simulator/faults.ts';

/** Returns the numbers of the calls, from 1, that a fault affects. */
function hits(fault: string, calls: number, seed = 'seed'): number[] {
  const book = createFaultBook(seed, [parseFault(fault)], () => 0);
  return Array.from({ length: calls }, (_, index) => index + 1).filter(
    () => book.drawFirst({ call: 'createCluster' }, ['drop-after']) !== undefined,
  );
}

describe('a fault', () => {
  it.each([
    ['drop-after', [1, 2, 3, 4]],
    ['drop-after:nth=2', [2]],
    ['drop-after:times=2', [1, 2]],
    ['drop-after:probability=0', []],
    ['drop-after:probability=1,times=1', [1]],
    ['drop-after:call=createCluster', [1, 2, 3, 4]],
    ['drop-after:call=listClusters', []],
    ['drop-before', []],
  ])('%s affects the calls %o of 4', (fault, expected) => {
    expect(hits(fault, 4)).toEqual(expected);
  });

  it.each([
    ['name=team-*', { clusterName: 'team-a' }, true],
    ['name=team-*', { clusterName: 'a-team-a' }, false],
    ['name=team-?', { clusterName: 'team-ab' }, false],
    ['name=a.b', { clusterName: 'axb' }, false],
    ['name=*', {}, false],
    ['clusterID=cce-1', { clusterID: 'cce-1' }, true],
    ['clusterID=cce-1', { clusterID: 'cce-2' }, false],
  ])('with %s affects a call for %o: %s', (condition, target, expected) => {
    const book = createFaultBook('seed', [parseFault(`html:${condition}`)], () => 0);
    expect(book.drawFirst({ call: 'getCluster', ...target }, ['html']) !== undefined).toBe(expected);
  });

  it('with forSeconds ends that long after it first occurs', () => {
    let nowMs = 0;
    const book = createFaultBook('seed', [parseFault('html:call=getCluster,forSeconds=3')], () => nowMs);
    const occursAt = (atMs: number) => {
      nowMs = atMs;
      return book.drawFirst({ call: 'getCluster' }, ['html']) !== undefined;
    };
    expect([60_000, 62_999, 63_000, 90_000].map(occursAt)).toEqual([true, true, false, false]);
  });

  it('with a probability affects the same calls for the same seed', () => {
    const fault = 'drop-after:probability=0.3';
    const seen = hits(fault, 1000);
    expect(seen.length).toBeGreaterThan(250);
    expect(seen.length).toBeLessThan(350);
    expect(hits(fault, 1000)).toEqual(seen);
    expect(hits(fault, 1000, 'another seed')).not.toEqual(seen);
  });

  it('that occurs leaves the counters of later faults unchanged', () => {
    const book = createFaultBook('seed', ['html:times=1', 'empty:nth=1'].map(parseFault), () => 0);
    const drawn = [1, 2, 3].map(() => book.drawFirst({ call: 'getCluster' }, ['html', 'empty'])?.kind);
    expect(drawn).toEqual(['html', 'empty', undefined]);
    expect(book.active().map(({ matches, hits: hitCount }) => [matches, hitCount])).toEqual([
      [3, 1],
      [2, 1],
    ]);
  });
});

describe('a fault is parsed', () => {
  it.each([
    ['drop-after', { kind: 'drop-after' }],
    ['status:status=502,when=after', { kind: 'status', status: 502, when: 'after' }],
    ['latency:ms=2.5,name=a*', { kind: 'latency', ms: 2.5, name: 'a*' }],
    ['throttle', { kind: 'throttle', retryAfterSeconds: 1 }],
    [
      'create-failed:step=1,message=a:b=c',
      {
        kind: 'create-failed',
        call: 'createCluster',
        step: 1,
        message: 'a:b=c',
        code: 'cce.error.InternalError',
        suggestion: 'delete the cluster and create it again',
      },
    ],
  ])('from its short form %j', (text, expected) => {
    expect(parseFault(text)).toEqual(expected);
  });

  it('from JSON like from the short form', () => {
    expect(parseFault('{"kind":"create-failed","step":"创建 BLB","name":"a*"}')).toEqual(
      parseFault('create-failed:step=创建 BLB,name=a*'),
    );
  });

  it.each([
    ['nonsense', 'kind'],
    ['latency', 'ms'],
    ['latency:ms=soon', 'ms'],
    ['status:status=418', 'status'],
    ['drop-after:chance=1', 'chance'],
    ['drop-after:call=createcluster', 'call'],
    ['drop-after:probability=2', 'probability'],
    ['stuck-step:step=7', 'step'],
    ['stuck-step:step=1,clusterID=cce-1', 'clusterID'],
    ['stuck-step:step=1,call=getCluster', 'call'],
    ['drop-after:nth=0', 'nth'],
    ['{"kind":', 'JSON'],
  ])('with an error from %j', (text, reason) => {
    expect(() => parseFault(text)).toThrow(reason);
  });

  it('and has a summary for every kind', () => {
    expect(Object.keys(faultSummaries)).toEqual(faultSchema.options.map(({ shape }) => shape.kind.value));
  });
});
