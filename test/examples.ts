import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CreateClusterRequest } from '../client/index.ts';

/** One of the example specs, as a user would hand it in. */
export function readExample(name: 'managed' | 'custom' | 'existing', clusterName?: string): CreateClusterRequest {
  const path = new URL(`../examples/${name}.yaml`, import.meta.url);
  const request = parse(readFileSync(path, 'utf8')) as CreateClusterRequest;
  return clusterName === undefined ? request : { ...request, cluster: { ...request.cluster, clusterName } };
}
