import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CreateClusterRequest } from '../client/index.ts';

const example = parse(
  readFileSync(new URL('../examples/managed.yaml', import.meta.url), 'utf8'),
) as CreateClusterRequest;

/** The same create request for all contenders, of ordinary size. It refers to the variable `CCE_ADMIN_PASSWORD`. */
export function benchRequest(clusterName: string): CreateClusterRequest {
  return { ...example, cluster: { ...example.cluster, clusterName } };
}
