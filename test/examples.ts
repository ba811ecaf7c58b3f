import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CreateClusterRequest } from '../client/index.ts';

/** One of the example specs, as a user would hand it in. */
export function readExample(name: 'managed' | 'custom' | 'existing', clusterName?: string): CreateClusterRequest {
  texts[name] ??= JSON.stringify(parse(readFileSync(new URL(`../examples/${name}.yaml`, import.meta.url), 'utf8')));
  const request = JSON.parse(texts[name]) as CreateClusterRequest;
  return clusterName === undefined ? request : { ...request, cluster: { ...request.cluster, clusterName } };
}

/** The specs as JSON: parsing YAML takes much longer. */
const texts: Record<string, string> = {};
