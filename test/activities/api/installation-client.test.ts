import { describe, expect, it } from 'vitest';
import { forInstallation } from '../../../activities/api/installation-client.ts';
import type { CceClient } from '../../../cce/client.ts';
import { readMarker } from '../../../contract/marker.ts';
import { validRequest } from '../../cce/valid-request.ts';

const ids = '0123456789abcdef fedcba9876543210';

/** A service that knows one cluster, and keeps the description of what it is asked to create. */
function serviceWith(description: string | undefined) {
  const sent: (string | undefined)[] = [];
  const cluster = {
    spec: { clusterID: 'cce-1', clusterName: 'one', description },
    status: { clusterPhase: 'running' },
  };
  const refuse = () => Promise.reject(new Error('not called here'));
  const cce = {
    createCluster: (request: { cluster: { description?: string } }) => {
      sent.push(request.cluster.description);
      return Promise.resolve({ clusterID: 'cce-2', requestID: 'request-1' });
    },
    getCluster: () => Promise.resolve({ cluster, requestID: 'request-2' }),
    listClusters: () =>
      Promise.resolve({ clusterPage: { totalCount: 1, clusterList: [cluster] }, requestID: 'request-3' }),
    deleteCluster: refuse,
    getEventSteps: refuse,
  } as unknown as CceClient;
  return { client: forInstallation(cce, 'blue'), sent };
}

describe('a client of an installation', () => {
  it.each([
    ['carries its own marker', `[cce-orchestrator ${ids} blue]`, true],
    ['carries a marker of version 0.1', `notes\n[cce-orchestrator ${ids}]`, true],
    ['carries the marker of another installation', `notes\n[cce-orchestrator ${ids} green]`, false],
    ['carries no marker', 'made by hand', false],
    ['has no description', undefined, false],
  ])('shows whether a cluster is its own, where that %s', async (_, description, isOwn) => {
    const { client } = serviceWith(description);
    const { cluster } = await client.getCluster('cce-1');
    const { clusterPage } = await client.listClusters({});
    for (const { spec } of [cluster, ...clusterPage.clusterList]) {
      expect(readMarker(spec.description) !== undefined).toBe(isOwn);
      if (isOwn) expect(spec.description).toBe(description);
    }
  });

  it.each([
    [`notes\n[cce-orchestrator ${ids}]`, `notes\n[cce-orchestrator ${ids} blue]`],
    ['made by hand', 'made by hand'],
    [undefined, undefined],
  ])('sends the description %j as %j', async (description, expected) => {
    const { client, sent } = serviceWith(undefined);
    const request = validRequest();
    await client.createCluster({
      ...request,
      cluster: { ...request.cluster, ...(description !== undefined && { description }) },
    });
    expect(sent).toEqual([expected]);
  });
});
