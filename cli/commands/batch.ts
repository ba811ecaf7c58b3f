import type { Command } from 'commander';
import { addBatchControl } from './batch-control.ts';
import { addBatchCreate } from './batch-create.ts';
import { addBatchPlan } from './batch-plan.ts';
import { addBatchResults } from './batch-results.ts';
import { addBatchStatus } from './batch-status.ts';

export function addBatch(program: Command): void {
  const batch = program.command('batch').description('create and delete many clusters together');
  for (const add of [addBatchPlan, addBatchCreate, addBatchStatus, addBatchControl, addBatchResults]) add(batch);
}
