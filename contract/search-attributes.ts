import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Stage } from './current-step.ts';

/** What Temporal lists operations by, where the namespace has them; see `ccectl setup`. */
export const searchAttributeKeys = {
  clusterID: defineSearchAttributeKey('CceClusterId', 'KEYWORD'),
  clusterName: defineSearchAttributeKey('CceClusterName', 'KEYWORD'),
  stage: defineSearchAttributeKey('CceStage', 'KEYWORD'),
  batch: defineSearchAttributeKey('CceBatch', 'KEYWORD'),
};

/** Never a secret: Temporal stores search attributes in clear. */
export interface Searchable {
  clusterID?: string | undefined;
  clusterName?: string | undefined;
  stage?: Stage;
  /** The batch that it is, or is an item of; of a scheduled teardown, the name of the schedule. */
  batch?: string;
}

export function searchAttributePairs(values: Searchable): SearchAttributePair[] {
  return (['clusterID', 'clusterName', 'stage', 'batch'] as const).flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [{ key: searchAttributeKeys[name], value }];
  });
}
