import { metricMeter, workflowInfo } from '@temporalio/workflow';
import type { MetricMeter } from '@temporalio/common';
import { scopeOfWorkflow } from '../../contract/identity.ts';

/** The meter of a workflow, with the labels of its account and region: the accounts of a pool share a task queue. */
export function scopeMeter(): MetricMeter {
  const scope = scopeOfWorkflow(workflowInfo().workflowId);
  return scope === undefined ? metricMeter : metricMeter.withTags({ ...scope });
}
