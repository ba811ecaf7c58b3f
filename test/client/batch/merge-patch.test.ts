import { describe, expect, it } from 'vitest';
import { mergePatch } from '../../../client/batch/merge-patch.ts';

/** The examples of RFC 7396, appendix A. */
const rfcExamples: [target: unknown, patch: unknown, result: unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

describe('a merge patch', () => {
  it.each(rfcExamples)('of RFC 7396: %j patched with %j gives %j', (target, patch, result) => {
    expect(mergePatch(deepFreeze(target), deepFreeze(patch))).toEqual(result);
  });

  it('matches keys regardless of case, at any depth, and keeps the spelling of the target', () => {
    const spec = { cluster: { k8sVersion: '1.16.8', vpcID: 'vpc-1' } };
    const patch = { Cluster: { K8SVersion: '1.18.9', VPCID: null } };
    expect(mergePatch(spec, patch)).toEqual({ cluster: { k8sVersion: '1.18.9' } });
  });

  it('prefers the key of the same spelling where two differ in case only', () => {
    expect(mergePatch({ A: 1, a: 2 }, { a: 3 })).toEqual({ A: 1, a: 3 });
  });

  it.each(['{"__proto__":{"polluted":true}}', '{"cluster":{"__proto__":{"polluted":true}}}'])(
    'changes no prototype: %s',
    (patch) => {
      const result = mergePatch({ cluster: {} }, JSON.parse(patch)) as { cluster: object };
      expect([result, result.cluster, {}].map((object) => 'polluted' in object)).toEqual([false, false, false]);
      expect(result).toEqual({ cluster: {} });
    },
  );

  it('treats names of inherited properties as ordinary keys', () => {
    expect(mergePatch({}, { constructor: { a: 1 }, toString: 'b' })).toEqual({ constructor: { a: 1 }, toString: 'b' });
  });
});
