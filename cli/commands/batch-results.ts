import type { Command } from 'commander';
import { stringify } from 'csv-stringify';
import type { ItemResult } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { runCommand, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

interface Options extends Omit<GlobalOptions, 'output'> {
  output: 'text' | 'json' | 'csv';
}

export function addBatchResults(batch: Command): void {
  batch
    .command('results')
    .description('print how each item of a batch ended, or where it stands, as it is read')
    .argument('<name>', 'name of the batch', nonEmpty)
    .action(async (name: string, _, command: Command) => {
      const { output, ...options } = command.optsWithGlobals<Options>();
      await runCommand({ ...options, output: output === 'json' ? 'json' : 'text' }, async ({ batches }) => {
        await print(batches.results(name), output);
        return exitCodes.done;
      });
    });
}

const columns = [
  'index',
  'kind',
  'clusterName',
  'clusterID',
  'result',
  'failureType',
  'failureMessage',
  'requestID',
  'startedAt',
  'closedAt',
  'workflowID',
] as const;

async function print(results: AsyncIterable<ItemResult>, output: Options['output']): Promise<void> {
  if (output === 'csv') {
    const rows = stringify({ header: true, columns: [...columns] });
    rows.pipe(process.stdout);
    for await (const result of results) rows.write(row(result));
    rows.end();
    return;
  }
  let isFirst = true;
  if (output === 'json') process.stdout.write('[');
  for await (const result of results) {
    if (output === 'json') process.stdout.write(`${isFirst ? '' : ','}\n${JSON.stringify(result)}`);
    else process.stdout.write(`${textLine(result)}\n`);
    isFirst = false;
  }
  if (output === 'json') process.stdout.write('\n]\n');
}

function row({ failure, ...result }: ItemResult): Record<string, unknown> {
  return { ...result, failureType: failure?.type, failureMessage: failure?.message, requestID: failure?.requestID };
}

function textLine({ kind, clusterName, clusterID, result, failure }: ItemResult): string {
  const reason = failure === undefined ? [] : [`${failure.type}: ${failure.message}`];
  return [kind, clusterName ?? '-', clusterID ?? '-', result, ...reason].join('  ');
}
