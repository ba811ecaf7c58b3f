import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Stage } from './current-step.ts';

/** The search attributes of operations, if the namespace has them; `ccectl setup` creates them. */
export const searchAttributeKeys = {
  clusterID: defineSearchAttributeKey('CceClusterId', 'KEYWORD'),
  clusterName: defineSearchAttributeKey('CceClusterName', 'KEYWORD'),
  stage: defineSearchAttributeKey('CceStage', 'KEYWORD'),
  batch: defineSearchAttributeKey('CceBatch', 'KEYWORD'),
};

/** The values of the search attributes. Never contains a secret: Temporal stores them unencrypted. */
export interface Searchable {
  clusterID?: string | undefined;
  clusterName?: string | undefined;
  stage?: Stage;
  /** The name of the batch itself, of the batch that an item belongs to, or of a teardown's schedule. */
  batch?: string;
}

export function searchAttributePairs(values: Searchable): SearchAttributePair[] {
  return (['clusterID', 'clusterName', 'stage', 'batch'] as const).flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [{ key: searchAttributeKeys[name], value }];
  });
}
