import { workflowInfo, type BaseWorkflowOptions } from '@temporalio/workflow';
import { searchAttributeKeys, searchAttributePairs } from '../../contract/search-attributes.ts';

/** Makes a batch that this workflow starts searchable. This workflow has search attributes only if the namespace has them. */
export function searchableBatch(name: string): Pick<BaseWorkflowOptions, 'typedSearchAttributes'> {
  const isSearchable = workflowInfo().typedSearchAttributes.get(searchAttributeKeys.batch) !== undefined;
  return isSearchable ? { typedSearchAttributes: searchAttributePairs({ batch: name }) } : {};
}
