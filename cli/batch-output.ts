import type { BatchStatus } from '../client/index.ts';
import { styled } from './colors.ts';
import { operationLine, problemLines, retryText } from './output.ts';

const barWidth = 40;

/** The full view of a batch, which `batch status` prints and `--watch` redraws. */
export function batchText(status: BatchStatus): string {
  const { name, workflowID, progress } = status;
  const lines = [`${styled('bold', `batch ${name}`)} ${stageOf(status)}`, `  workflow  ${workflowID}`];
  if (progress === undefined) return lines.join('\n');
  const { total, slowest, failures, rollback, waitsFor } = progress;
  const width = String(total).length;
  lines.push(
    `  ${bar(progress)} ${ended(progress)}/${total}`,
    ...counts(progress).map(([count, what]) => `  ${String(count).padStart(width)} ${what}`),
    ...(rollback === undefined
      ? []
      : [
          `  rolled back: ${rollback.deleted} of ${rollback.total} deleted, ${rollback.failed} failed, ${rollback.kept} kept`,
        ]),
    ...paceLines(status),
  );
  if (waitsFor !== undefined) {
    lines.push(
      styled(
        'yellow',
        `  starts nothing: waits for ${waitsFor.reason} since ${waitsFor.since}: ${waitsFor.message}${retryText(waitsFor)}`,
      ),
    );
  }
  if (slowest.length > 0) lines.push('  slowest in progress:', ...status.current.map(currentLine));
  if (failures.length > 0) {
    const reasons = failures.map(({ name: item, failure }) => `    ${item}: ${failure.type}: ${failure.message}`);
    lines.push(styled('red', `  last ${failures.length} failed:`), ...reasons);
  }
  const { problems = [], warnings = [] } = status.outcome ?? {};
  lines.push(...problemLines('error', problems), ...problemLines('warning', warnings));
  return lines.join('\n');
}

/** The progress of a batch in one line, for logs. */
export function batchLine(status: BatchStatus): string {
  const { progress } = status;
  if (progress === undefined) return `batch ${status.name}: no worker answers`;
  const what = counts(progress).map(([count, state]) => `${count} ${state}`);
  const { waitsFor } = progress;
  const wait = waitsFor === undefined ? '' : `; starts nothing: waits for ${waitsFor.reason}: ${waitsFor.message}`;
  return `batch ${status.name}: ${stageOf(status)}, ${ended(progress)}/${progress.total}: ${what.join(', ')}${wait}`;
}

/** Why a batch starts nothing, if it does not. */
export function reasonToWait({ progress }: BatchStatus): string | undefined {
  if (progress === undefined) return 'no worker answers';
  const { waitsFor } = progress;
  return waitsFor && `waits for ${waitsFor.reason} since ${waitsFor.since}: ${waitsFor.message}`;
}

type Progress = NonNullable<BatchStatus['progress']>;

function ended({ succeeded, failed, cancelled }: Progress): number {
  return succeeded + failed + cancelled;
}

function counts(progress: Progress): [count: number, what: string][] {
  const { succeeded, failed, cancelled, underWay, waiting, attached } = progress;
  const all: [number, string][] = [
    [succeeded, 'succeeded'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [underWay, 'in progress'],
    [waiting, progress.stage === 'done' ? 'not started' : 'waiting'],
    [attached, 'of these attached to a running operation'],
  ];
  return all.filter(([count]) => count > 0);
}

function bar(progress: Progress): string {
  const cells = (count: number) => Math.floor((count / Math.max(1, progress.total)) * barWidth);
  const good = cells(progress.succeeded);
  const bad = cells(progress.failed + progress.cancelled);
  const running = cells(progress.underWay);
  const rest = Math.max(0, barWidth - good - bad - running);
  return `${styled('green', '█'.repeat(good))}${styled('red', '█'.repeat(bad))}${styled('cyan', '▒'.repeat(running))}${styled('dim', '░'.repeat(rest))}`;
}

function paceLines({ progress, execution }: BatchStatus): string[] {
  if (execution !== 'running' || progress?.itemsPerMinute === undefined) return [];
  const { itemsPerMinute, estimatedSecondsLeft: left, concurrency } = progress;
  const rest = left === undefined ? '' : `, about ${left < 120 ? `${left} s` : `${Math.round(left / 60)} min`} left`;
  return [`  ${itemsPerMinute} a minute, at most ${concurrency} in progress${rest}`];
}

function currentLine({ workflowID, startedAt, currentStep, blockedBy }: BatchStatus['current'][number]): string {
  const seconds = Math.round((Date.now() - Date.parse(startedAt)) / 1000);
  const told = currentStep === undefined ? [] : [operationLine(currentStep)];
  const held = blockedBy === undefined ? [] : [blockedBy.message];
  const where = [...told, ...held].join(', ') || 'no worker answers';
  return `    ${workflowID.split(':').at(-1)} ${styled('dim', `${seconds} s`)} ${where}`;
}

function stageOf({ outcome, execution, progress }: BatchStatus): string {
  if (outcome !== undefined) {
    const isGood = outcome.outcome === 'completed' && outcome.failed + outcome.cancelled === 0;
    return isGood ? styled('green', 'completed') : styled('red', outcome.outcome);
  }
  if (execution !== 'running') return styled('red', execution);
  return progress?.stage ?? styled('yellow', 'running, but no worker answers');
}
