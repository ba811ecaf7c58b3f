import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { ItemResult } from '../../client/index.ts';
import { nodesText } from '../../client/nodes-text.ts';
import { exitCodes } from '../exit-codes.ts';
import { leftoversText } from '../leftovers-text.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

export function addBatchResults(batch: Command): void {
  batch
    .command('results')
    .description('print the result or the current stage of each item of a batch')
    .argument('<name>', 'name of the batch', nonEmpty)
    .action(
      connectedAction(async ({ batches }, options: GlobalOptions, name: string) => {
        // Once part of the document is on standard output, an error must not become a second one.
        const begun = () => void (options.output = 'text');
        await print(batches.results(name), options.output, begun);
        return exitCodes.done;
      }),
    );
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
  'leftBehind',
  'startedAt',
  'closedAt',
  'workflowID',
  'adopted',
  'nodesWanted',
  'nodesReady',
  'nodesFailed',
] as const;

async function print(
  results: AsyncIterable<ItemResult>,
  output: GlobalOptions['output'],
  begun: () => void,
): Promise<void> {
  if (output === 'json') return printJSONArray(results, begun);
  if (output === 'text') {
    for await (const result of results) process.stdout.write(`${textLine(result)}\n`);
    return;
  }
  const { stringify } = await import('csv-stringify');
  const rows = stringify({ header: true, columns: [...columns] });
  // Not `pipe`, which waits for ever if the reader of the output leaves.
  const printed = pipeline(rows, process.stdout, { end: false }).catch(ignoreClosedPipe);
  for await (const result of results) {
    if (rows.destroyed) break;
    rows.write(row(result));
  }
  rows.end();
  await printed;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
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

function row({ failure, leftovers, nodes, ...result }: ItemResult): Record<string, unknown> {
  return {
    ...result,
    failureType: failure?.type,
    failureMessage: failure?.message,
    requestID: failure?.requestID,
    leftBehind: leftovers && leftoversText(leftovers),
    nodesWanted: nodes?.wanted,
    nodesReady: nodes?.ready,
    nodesFailed: nodes?.failed,
  };
}

function textLine({ kind, clusterName, clusterID, result, adopted, failure, leftovers, nodes }: ItemResult): string {
  const reason = failure === undefined ? [] : [`${failure.type}: ${failure.message}`];
  const left = leftovers === undefined ? [] : [`left behind: ${leftoversText(leftovers)}`];
  const found = adopted === true ? ['there before'] : [];
  const joined = nodes === undefined ? [] : [nodesText(nodes)];
  return [kind, clusterName ?? '-', clusterID ?? '-', result, ...found, ...joined, ...reason, ...left].join('  ');
}
