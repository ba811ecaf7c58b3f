import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { BatchItem } from '../../contract/batch/item.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import { itemsOfPage } from '../../temporal/executions/items-of-page.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { describeBatch } from './describe.ts';

/** The cluster that an item of a batch creates or deletes, by its name, its clusterID, or both. */
export interface ItemCluster {
  clusterName?: string;
  clusterID?: string;
}

const readsAtOnce = 20;

/**
 * Reads which clusters the items of a batch are about, in the order of the items.
 *
 * @throws BatchNotFoundError
 */
export async function clustersOfBatch(client: Client, scope: AccountRegion, name: string): Promise<ItemCluster[]> {
  const batch = await describeBatch(client, scope, name);
  if (batch === undefined) throw new BatchNotFoundError(name);
  return readItems(client, batch.memo.upload, clusterOf);
}

/** What becomes of a cluster. */
export interface ChangedCluster extends ItemCluster {
  kind: 'create' | 'delete';
  /** What a batch deletes with it. */
  options?: DeleteClusterOptions;
  /** The phases in which a teardown deletes it, if not in any. */
  phases?: string[];
}

/** Reads what the items of an upload do, in the order of the items. */
export function changesOfUpload(client: Client, upload: BatchUpload): Promise<ChangedCluster[]> {
  return readItems(client, upload, changeOf);
}

function changeOf(item: BatchItem): ChangedCluster {
  if (item.kind === 'create') return { kind: 'create', ...clusterOf(item) };
  const { options = {}, onlyInPhases } = item.input;
  return { kind: 'delete', ...clusterOf(item), options, ...(onlyInPhases !== undefined && { phases: onlyInPhases }) };
}

/** The options that any delete among the items sets. */
export function deleteOptionsOf(items: readonly BatchItem[]): DeleteClusterOptions {
  const set = items.flatMap((item) => (item.kind === 'delete' ? Object.entries(item.input.options ?? {}) : []));
  return Object.fromEntries(set.filter(([, isOn]) => isOn === true));
}

/**
 * Finds out whether a batch deletes clusters on its way: it has items that delete, or rolls back.
 *
 * @throws BatchNotFoundError
 */
export async function batchDeletes(client: Client, scope: AccountRegion, name: string): Promise<boolean> {
  const batch = await describeBatch(client, scope, name);
  if (batch === undefined) throw new BatchNotFoundError(name);
  const { failurePolicy, upload } = batch.memo;
  return failurePolicy === 'rollback' || (await readItems(client, upload, ({ kind }) => kind)).includes('delete');
}

/** Keeps no more of each page than is asked for: all items may be a hundred megabytes. */
async function readItems<Part>(
  client: Client,
  upload: BatchUpload,
  partOf: (item: BatchItem) => Part,
): Promise<Part[]> {
  const pages = Array.from({ length: Math.ceil(upload.items / upload.itemsPerPage) }, (_, page) => page);
  const limit = pLimit(readsAtOnce);
  const read = async (page: number) => (await readPage(client, upload, page)).map(partOf);
  return (await Promise.all(pages.map((page) => limit(read, page)))).flat();
}

function clusterOf(item: BatchItem): ItemCluster {
  if (item.kind === 'create') return { clusterName: item.input.request.cluster.clusterName };
  const { clusterName, input } = item;
  return { ...(clusterName !== undefined && { clusterName }), ...input.target };
}

/**
 * Reads one page of the items of a batch.
 *
 * @throws BatchNotFoundError if Temporal no longer knows it
 */
export async function readPage(client: Client, upload: BatchUpload, page: number): Promise<readonly BatchItem[]> {
  const items = await itemsOfPage(client, upload, page);
  if (items === undefined) throw new BatchNotFoundError(upload.name, 'batch whose items are still known');
  return items;
}
