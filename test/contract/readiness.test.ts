import { describe, expect, it } from 'vitest';
import { neededNodes, nodeOptionProblems, wantedNodes, withReadiness } from '../../contract/readiness.ts';
import { readExample } from '../examples.ts';

function requestFor(nodes: number, sets = 1) {
  const { nodes: example = [], ...request } = readExample('custom');
  return { ...request, nodes: Array.from({ length: sets }, () => ({ ...example[0]!, count: nodes })) };
}

describe('a readiness', () => {
  it.each([
    ['cluster', 0],
    ['nodes', 10],
    ['nodes>=3', 3],
    ['nodes>=12', 12],
    ['95%', 10],
    ['90%', 9],
    ['100%', 10],
    ['1%', 1],
  ])('of %s needs %d of 10 nodes', (readiness, needed) => {
    expect(neededNodes(readiness, 10)).toBe(needed);
  });

  it.each(['', 'node', 'nodes>=0', 'nodes>=', 'nodes>3', 'nodes>= 3', '0%', '101%', '5', '-1%', '1.5%', 'NODES'])(
    'is not "%s"',
    (text) => {
      expect(neededNodes(text, 10)).toBeUndefined();
    },
  );

  it('is that of nodes by default, unless the spec has none', () => {
    const { nodes: _, ...without } = readExample('custom');
    expect(withReadiness({ request: requestFor(2) })).toMatchObject({ readiness: 'nodes' });
    expect(withReadiness({ request: requestFor(2), readiness: '50%' })).toMatchObject({ readiness: '50%' });
    expect(withReadiness({ request: requestFor(2), readiness: 'cluster' })).toMatchObject({ readiness: 'cluster' });
    expect(withReadiness({ request: without, readiness: 'nodes' })).toEqual({ request: without });
  });
});

it('the nodes that a request asks for are those of all sets and groups, without masters', () => {
  const request = requestFor(3, 2);
  const [set] = request.nodes;
  const masters = { ...set!, instanceSpec: { ...set!.instanceSpec, clusterRole: 'master' as const } };
  const nodeGroups = [{ replicas: 4 }, { replicas: 5, clusterRole: 'master' as const }];
  expect(wantedNodes({ ...request, nodes: [...request.nodes, masters], nodeGroups })).toBe(10);
});

describe('the options about nodes', () => {
  it.each<[what: string, options: object, sets: number, problems: [path: string, part: string][]]>([
    ['may be absent', {}, 1, []],
    [
      'may all be there',
      { readiness: 'nodes>=2', nodeTimeoutSeconds: 60, onNodeFailure: 'replace', maxReplacements: 2 },
      1,
      [],
    ],
    [
      'are reported all at once',
      { readiness: 'most', nodeTimeoutSeconds: 0, onNodeFailure: 'retry', maxReplacements: 1.5 },
      1,
      [
        ['readiness', 'nodes>=N'],
        ['nodeTimeoutSeconds', 'whole number'],
        ['onNodeFailure', 'fail, replace or accept'],
        ['maxReplacements', 'whole number'],
      ],
    ],
    [
      'ask for no more nodes than the spec',
      { readiness: 'nodes>=3' },
      1,
      [['readiness', '3 nodes, and the spec for 2']],
    ],
    ['replace no nodes of several sets', { onNodeFailure: 'replace' }, 2, [['onNodeFailure', 'several sets']]],
  ])('%s', (_, options, sets, problems) => {
    const found = nodeOptionProblems(options, requestFor(2, sets));
    expect(found.map(({ path }) => path)).toEqual(problems.map(([path]) => path));
    for (const [index, [, part]] of problems.entries()) expect(found[index]?.message).toContain(part);
  });

  it('replace no machines that existed before', () => {
    expect(nodeOptionProblems({ onNodeFailure: 'replace' }, readExample('existing'))).toHaveLength(1);
  });
});
