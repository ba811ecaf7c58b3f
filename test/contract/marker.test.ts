import { describe, expect, it } from 'vitest';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { markerOf, readMarker, specDigest, withMarker } from '../../contract/marker.ts';
import { validRequest } from '../cce/valid-request.ts';

const request = validRequest() as CreateClusterRequest;

describe('the marker', () => {
  it.each([undefined, '', 'for the data team', 'ends with a line break\n', '集群描述'])(
    'is read back from the description %j, which stays',
    (description) => {
      const described = { ...request, cluster: { ...request.cluster, description: description! } };
      const marker = markerOf('cce:default:bj:name', 'run-1', described);
      const marked = withMarker(described, marker);
      expect(readMarker(marked.cluster.description)).toEqual(marker);
      expect(marked.cluster.description?.startsWith(description ?? '')).toBe(true);
      expect({ ...marked, cluster: { ...marked.cluster, description } }).toEqual(described);
    },
  );

  it.each([
    ['no description', undefined],
    ['another text', 'production, do not touch'],
    ['a shortened marker', '[cce-orchestrator 0123 4567]'],
    ['a marker of another tool', '[other-orchestrator 0123456789abcdef 0123456789abcdef]'],
  ])('is not seen in %s', (_, description) => {
    expect(readMarker(description)).toBeUndefined();
  });

  it('counts at the end of a description only: a person may quote it', () => {
    const marked = withMarker(request, markerOf('cce:default:bj:name', 'run-1', request)).cluster.description ?? '';
    expect(readMarker(marked)).toBeDefined();
    expect(readMarker(`${marked}, and then changed by hand`)).toBeUndefined();
  });

  it('differs from create to create of one name', () => {
    const keys = ['run-1', 'run-2'].map((runID) => markerOf('cce:default:bj:name', runID, request).key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('the digest of a spec', () => {
  it('does not depend on the order of keys', () => {
    const reordered = Object.fromEntries(Object.entries(request).toReversed()) as CreateClusterRequest;
    expect(specDigest(reordered)).toBe(specDigest(request));
  });

  it('does not depend on secrets, so that nobody can guess one from it', () => {
    const [passwordA, passwordB] = ['test123!T', 'other456!O'].map((adminPassword) => ({
      ...request,
      nodes: [{ instanceSpec: { ...request.nodes?.[0]?.instanceSpec, adminPassword } }],
    }));
    expect(specDigest(passwordA as CreateClusterRequest)).toBe(specDigest(passwordB as CreateClusterRequest));
  });

  it('changes with anything else', () => {
    const changed = { ...request, cluster: { ...request.cluster, k8sVersion: '1.24.4' } };
    expect(specDigest(changed)).not.toBe(specDigest(request));
  });
});
