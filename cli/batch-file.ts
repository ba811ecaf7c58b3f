import type { Command } from 'commander';
import type { BatchPlan } from '../client/index.ts';
import { readBatchFile } from './spec-file.ts';
import { positiveInteger } from './values.ts';

/** The flags of every command that reads a batch file. */
export interface BatchFileFlags {
  file: string;
  name?: string;
  concurrency?: number;
}

export function withBatchFile(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'batch file, YAML or JSON (docs/batch-spec.md); - reads standard input')
    .option('--name <name>', 'name of the batch, instead of the one in the file')
    .option(
      '--concurrency <number>',
      'maximum number of items in progress, instead of the one in the file',
      positiveInteger,
    );
}

export async function planBatchFile({ file, name, concurrency }: BatchFileFlags): Promise<BatchPlan> {
  const document = await readBatchFile(file);
  const { planBatch } = await import('../client/batch/plan.ts');
  return planBatch(document, {
    ...(name !== undefined && { name }),
    ...(concurrency !== undefined && { concurrency }),
  });
}
