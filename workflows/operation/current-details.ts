import type { BatchProgress } from '../../contract/batch/progress.ts';
import type { CurrentStep, WaitsFor } from '../../contract/current-step.ts';
import { nodesText, reasonText } from '../../contract/nodes.ts';

/** The state of a create or delete as Markdown, for Temporal's Web UI. Costs no history. */
export function operationDetails({
  stage,
  clusterID,
  phase,
  steps,
  pollTrouble,
  waitsFor,
  nodes,
}: CurrentStep): string {
  const head = [`**${stage}**`, ...(clusterID === undefined ? [] : [`\`${clusterID}\``]), ...(phase ? [phase] : [])];
  const rows = steps.map(({ index, name, status, retryCount, startedAt = '', error }) =>
    row([index, name, status, retryCount, startedAt, error?.message ?? '']),
  );
  return [
    head.join(' · '),
    ...(pollTrouble === undefined ? [] : ['', `The service cannot be asked: ${pollTrouble.message}`]),
    ...(waitsFor === undefined ? [] : ['', waitText(waitsFor)]),
    ...(nodes === undefined
      ? []
      : ['', nodesText(nodes), ...(nodes.reasons ?? []).flatMap((each) => ['', reasonText(each)])]),
    ...(rows.length === 0 ? [] : ['', ...table(['', 'step', 'status', 'attempts', 'started', 'error']), ...rows]),
  ].join('\n');
}

/** The state and the counts of a batch as Markdown, for Temporal's Web UI. Costs no history. */
export function batchDetails({ stage, total, failures, ...progress }: BatchProgress): string {
  const { succeeded, failed, cancelled, underWay, waiting, concurrency, estimatedSecondsLeft, waitsFor } = progress;
  const left = estimatedSecondsLeft === undefined ? '' : `, about ${Math.ceil(estimatedSecondsLeft / 60)} min left`;
  return [
    `**${stage}** · ${total} items, ${concurrency} at once${left}`,
    ...(waitsFor === undefined ? [] : ['', waitText(waitsFor)]),
    '',
    ...table(['succeeded', 'failed', 'cancelled', 'under way', 'waiting']),
    row([succeeded, failed, cancelled, underWay, waiting]),
    ...(failures.length === 0 ? [] : ['', ...table(['failed', 'why'])]),
    ...failures.map(({ name, failure }) => row([name, `${failure.type}: ${failure.message}`])),
  ].join('\n');
}

function waitText({ reason, since, message, retryAt }: WaitsFor): string {
  return `Waits for ${reason} since ${since}: ${message}${retryAt === undefined ? '' : `; tries again at ${retryAt}`}`;
}

function table(columns: readonly string[]): string[] {
  return [row(columns), row(columns.map(() => '---'))];
}

/** The vendor's texts may contain bars and line breaks. */
function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replace(/[|\n\r]+/g, ' ')).join(' | ')} |`;
}
