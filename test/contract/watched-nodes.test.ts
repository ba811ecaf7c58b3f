import { describe, expect, it } from 'vitest';
import { fitNodes, reasonsOf, type ClusterNodes } from '../../contract/nodes.ts';
import { readWatchedNodes } from '../../contract/watched-nodes.ts';

const failedNodes = [
  {
    cceInstanceID: 'n1',
    instanceID: 'i-1',
    step: '准备机器',
    code: 'NoStock',
    message: 'sold out',
    suggestion: 'wait',
  },
  { cceInstanceID: 'n2', step: '部署 K8S' },
  { cceInstanceID: 'n3', step: '准备机器', code: 'NoStock', message: 'sold out' },
];
const nodes: ClusterNodes = {
  wanted: 5,
  ready: 1,
  beingMade: 1,
  failed: 3,
  replaced: 1,
  failedNodes,
  reasons: reasonsOf(failedNodes),
};
const watchedNodes = {
  clusterID: 'cce-1',
  nodes,
  steps: [{ name: '部署 K8S 插件', index: 1, total: 1, status: 'done', retryCount: 1 }],
  sinceMs: 900,
  sequence: [1_000, 1, 2] as const,
  changedAt: '2026-11-28T00:00:00.000Z',
  pollTrouble: { failures: 3, message: 'no answer' },
};

describe('what a watch of nodes has seen', () => {
  it('is read as it was written', () => {
    expect(readWatchedNodes(structuredClone({ polls: 1, watchedNodes }))).toEqual(watchedNodes);
  });

  it.each<[what: string, details: unknown]>([
    ['of nothing', undefined],
    ['of another build', { watchedNodes: { clusterID: 'cce-1', counts: [1, 2] } }],
    ['without counts', { watchedNodes: { ...watchedNodes, nodes: { wanted: 1 } } }],
    ['without steps', { watchedNodes: { ...watchedNodes, steps: [{ name: 'no status' }] } }],
    ['without a sequence', { watchedNodes: { ...watchedNodes, sequence: [1] } }],
    ['without a time', { watchedNodes: { ...watchedNodes, changedAt: 'yesterday' } }],
  ])('is not read from details %s', (_, details) => {
    expect(readWatchedNodes(details)).toBeUndefined();
  });

  it('keeps the reasons of failed nodes that are too long to be stored', () => {
    const long = Array.from({ length: 20 }, (_, index) => ({
      cceInstanceID: `n${index}`,
      code: index < 11 ? 'A' : 'B',
      message: '缺'.repeat(300),
      suggestion: '等'.repeat(300),
    }));
    const reasons = reasonsOf(long);
    const fitted = fitNodes({ ...nodes, failedNodes: long, reasons });
    expect(fitted).toEqual({ wanted: 5, ready: 1, beingMade: 1, failed: 3, replaced: 1, reasons });
    expect(readWatchedNodes({ watchedNodes: { ...watchedNodes, nodes: fitted } })?.nodes).toEqual(fitted);
    const many = long.map((node, index) => ({ ...node, code: `${index}` }));
    const fewer = fitNodes({ ...nodes, failedNodes: many, reasons: reasonsOf(many) });
    expect(fewer.reasons?.length).toBeGreaterThan(10);
    expect(Buffer.byteLength(JSON.stringify(fewer))).toBeLessThanOrEqual(16_384);
    expect(fitNodes(nodes)).toBe(nodes);
  });

  it('groups failed nodes by their reasons, the most frequent first', () => {
    expect(reasonsOf(failedNodes)).toEqual([
      { count: 2, step: '准备机器', code: 'NoStock', message: 'sold out' },
      { count: 1, step: '部署 K8S' },
    ]);
  });
});
