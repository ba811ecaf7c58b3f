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
      const errorsAs: GlobalOptions = { ...options, output: output === 'json' ? 'json' : 'text' };
      await runCommand(errorsAs, async ({ batches }) => {
        // Once there is something on standard output, an error is no part of the document any more.
        const begun = () => void (errorsAs.output = 'text');
        await print(batches.results(name), output, begun);
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

async function print(results: AsyncIterable<ItemResult>, output: Options['output'], begun: () => void): Promise<void> {
  if (output === 'json') return printJSONArray(results, begun);
  if (output === 'text') {
    for await (const result of results) process.stdout.write(`${textLine(result)}\n`);
    return;
  }
  const rows = stringify({ header: true, columns: [...columns] });
  rows.pipe(process.stdout);
  for await (const result of results) rows.write(row(result));
  rows.end();
}

async function printJSONArray(results: AsyncIterable<ItemResult>, begun: () => void): Promise<void> {
  let isFirst = true;
  try {
    for await (const result of results) {
      process.stdout.write(`${isFirst ? '[' : ','}\n${JSON.stringify(result)}`);
      isFirst = false;
      begun();
    }
  } finally {
    if (!isFirst) process.stdout.write('\n]\n');
  }
  if (isFirst) process.stdout.write('[]\n');
}

function row({ failure, ...result }: ItemResult): Record<string, unknown> {
  return { ...result, failureType: failure?.type, failureMessage: failure?.message, requestID: failure?.requestID };
}

function textLine({ kind, clusterName, clusterID, result, failure }: ItemResult): string {
  const reason = failure === undefined ? [] : [`${failure.type}: ${failure.message}`];
  return [kind, clusterName ?? '-', clusterID ?? '-', result, ...reason].join('  ');
}
