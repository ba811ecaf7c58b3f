import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { redactSecrets } from '../cce/secrets.ts';
import { hexDigest } from './hex-digest.ts';

/**
 * Our marker on a cluster: the last line of its description. It proves who made the cluster when an answer was lost,
 * and compensation deletes no cluster without it.
 */
export interface Marker {
  /** A hash of the workflow ID and the first run ID: constant through retries and restarts, new for each create. */
  key: string;
  /** A hash of the spec without its secrets: equal for equal requests. */
  digest: string;
  /** The installation that made the cluster. Absent in markers of version 0.1, which count as ours. */
  installation?: string;
}

/** Every description of one of our clusters contains this. */
export const markerPrefix = '[cce-orchestrator ';

/** Matches a description that ends with our marker. */
export const markerPattern = /\[cce-orchestrator ([0-9a-f]{16}) ([0-9a-f]{16})(?: ([A-Za-z0-9._-]{1,64}))?\]\s*$/;

export function markerOf(workflowID: string, firstRunID: string, request: CreateClusterRequest): Marker {
  return { key: markerKey(workflowID, firstRunID), digest: specDigest(request) };
}

export function markerKey(workflowID: string, firstRunID: string): string {
  return shortHash(`${workflowID}\n${firstRunID}`);
}

/** The request with the marker appended to its description and nothing else changed. */
export function withMarker(request: CreateClusterRequest, marker: Marker): CreateClusterRequest {
  const line = lineOf(marker);
  const description = request.cluster.description;
  return {
    ...request,
    cluster: { ...request.cluster, description: description ? `${description}\n${line}` : line },
  };
}

/** The marker that a description carries; `undefined` if the cluster is not ours. */
export function readMarker(description: string | undefined): Marker | undefined {
  const [, key, digest, installation] = markerPattern.exec(description ?? '') ?? [];
  if (key === undefined || digest === undefined) return undefined;
  return { key, digest, ...(installation !== undefined && { installation }) };
}

/** Adds the installation to the marker that a description carries; a description without one stays as it is. */
export function withInstallation(description: string, installation: string): string {
  const marker = readMarker(description);
  return marker === undefined ? description : description.replace(markerPattern, lineOf({ ...marker, installation }));
}

/** The installation of a worker that is not told its name: two namespaces on one account are two installations. */
export function defaultInstallation(namespace: string, account: string): string {
  return shortHash(`${namespace}\n${account}`);
}

function lineOf({ key, digest, installation }: Marker): string {
  return `[cce-orchestrator ${[key, digest, ...(installation === undefined ? [] : [installation])].join(' ')}]`;
}

/** A hash of the request: equal for requests that differ only in secrets and in the order of keys. */
export function specDigest(request: CreateClusterRequest): string {
  return shortHash(JSON.stringify(sortKeys(redactSecrets(request))));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, child]) => [key, sortKeys(child)]),
  );
}

/** 64 bits: enough to distinguish the clusters of one name, and short in a description. */
function shortHash(text: string): string {
  return hexDigest(new TextEncoder().encode(text), 16);
}
