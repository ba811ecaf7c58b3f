import type {
  ClusterNodes,
  CurrentStep,
  Operation,
  OperationFailure,
  OperationOutcome,
  OperationStatus,
  PollTrouble,
  Problem,
  Step,
  WaitsFor,
} from '../client/index.ts';
import { leftoversIn } from '../client/leftovers-in.ts';
import { nodesText, reasonText } from '../client/nodes-text.ts';
import { styled } from './colors.ts';
import { leftoversText } from './leftovers-text.ts';
import { plainTable } from './plain-table.ts';

/** One line for each step of an operation, with a symbol for its status. */
export function stepLines(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    const attempts = step.retryCount > 1 ? styled('dim', ` attempt ${step.retryCount}`) : '';
    const error = step.error?.message === undefined ? '' : styled('red', ` ${step.error.message}`);
    return `  ${symbolOf(step.status)} ${step.index}/${step.total} ${step.name}${duration(step)}${attempts}${error}`;
  });
}

/** The progress of an operation in one line, for logs. */
export function progressLine(status: OperationStatus): string {
  const { currentStep, blockedBy } = status;
  // Not "running": that is what a create says at its end.
  const unseen = status.execution === 'running' ? 'under way' : status.execution;
  const where = currentStep === undefined ? unseen : operationLine(currentStep);
  return `${titleOf(status)}: ${where}${blockedBy === undefined ? '' : `, ${blockedBy.message}`}`;
}

/** The line of {@link progressLine} without the name. */
export function operationLine({ stage, step, phase, waitsFor, pollTrouble, nodes }: CurrentStep): string {
  // The steps of the cluster are over when its nodes join.
  if (nodes !== undefined)
    return [stage, nodesText(nodes), ...(pollTrouble ? [troubleText(pollTrouble)] : [])].join(', ');
  const where = step === undefined ? '' : `, step ${step.index}/${step.total} ${step.name} ${step.status}`;
  const error = step?.error?.message === undefined ? '' : ` (${step.error.message})`;
  const wait = waitsFor === undefined ? '' : `, ${waitText(waitsFor)}`;
  const trouble = pollTrouble === undefined ? '' : `, ${troubleText(pollTrouble)}`;
  return `${stage}${phase === undefined ? '' : `, ${phase}`}${where}${error}${wait}${trouble}`;
}

/** The full view of an operation, which `status` prints and `--watch` redraws. */
export function statusText(status: OperationStatus): string {
  const steps = status.currentStep?.steps ?? status.outcome?.steps ?? [];
  const nodes = status.currentStep?.nodes ?? nodesIn(status.outcome);
  return [
    `${styled('bold', titleOf(status))} ${stageOf(status)}`,
    ...(status.clusterID === undefined ? [] : [`  clusterID ${status.clusterID}`]),
    `  workflow  ${status.workflowID}`,
    ...(status.forbidDelete === true ? ['  protected from deletion'] : []),
    ...(status.protectionUnclear === true ? [styled('yellow', `  ${unclearProtectionText}`)] : []),
    ...noticeLines(status),
    ...stepLines(steps),
    ...(nodes === undefined ? [] : nodeLines(nodes)),
    ...(status.outcome === undefined ? [] : outcomeLines(status.outcome)),
  ].join('\n');
}

const unclearProtectionText =
  'protected from deletion: unknown, since a change was not confirmed; ccectl protect or unprotect settles it';

function nodesIn(outcome: OperationOutcome | undefined): ClusterNodes | undefined {
  return outcome !== undefined && 'nodes' in outcome ? outcome.nodes : undefined;
}

/** The counts of nodes, and why those failed that did. */
function nodeLines(nodes: ClusterNodes): string[] {
  const { failed, failedNodes = [], reasons = [] } = nodes;
  const names = failedNodes.map(({ cceInstanceID }) => cceInstanceID).join(', ');
  const others = failed > failedNodes.length ? ` and ${failed - failedNodes.length} more` : '';
  return [
    `  nodes     ${nodesText(nodes)}`,
    ...reasons.map((reason) => styled('red', `    ${reasonText(reason)}`)),
    ...(names === '' ? [] : [`    failed: ${names}${others}`]),
  ];
}

/** What holds an operation up, and how long its cluster lives. */
export function noticeLines({
  currentStep,
  stalledForSeconds,
  overdue,
  blockedBy,
  refusedCreate,
}: OperationStatus): string[] {
  const { pollTrouble, waitsFor, expiresAt, stage } = currentStep ?? {};
  return [
    // A clean-up ends the cluster sooner.
    ...(expiresAt === undefined || stage === 'cleaningUp' ? [] : [`  expires   ${expiresAt}`]),
    ...(overdue === undefined ? [] : [styled('yellow', `  overdue: takes unusually long, since ${overdue.since}`)]),
    ...(stalledForSeconds === undefined ? [] : [styled('yellow', `  stalled for ${stalledForSeconds} s`)]),
    ...(waitsFor === undefined ? [] : [styled('yellow', `  ${waitText(waitsFor)}${retryText(waitsFor)}`)]),
    ...(pollTrouble === undefined ? [] : [styled('yellow', `  ${troubleText(pollTrouble)}`)]),
    ...(blockedBy === undefined ? [] : [styled('yellow', `  ${blockedBy.message}`)]),
    ...(refusedCreate === undefined
      ? []
      : [`  a create of ${refusedCreate.startedAt} was refused:`, ...failureLines(refusedCreate.failure)]),
  ];
}

/** The {@link noticeLines} after a delete was asked for. A create still has its time to live then, but it is void. */
export function deletionNoticeLines({ currentStep, ...status }: OperationStatus): string[] {
  if (currentStep === undefined) return noticeLines(status);
  const { expiresAt: _, ...step } = currentStep;
  return noticeLines({ ...status, currentStep: step });
}

/** Why an operation does not move, if it does not. */
export function reasonToWait({ blockedBy, currentStep }: OperationStatus): string | undefined {
  const { waitsFor, pollTrouble } = currentStep ?? {};
  if (waitsFor !== undefined) return waitText(waitsFor);
  return pollTrouble === undefined ? blockedBy?.message : troubleText(pollTrouble);
}

function troubleText({ message }: PollTrouble): string {
  return `polling CCE fails: ${message}`;
}

const waitReasons: Readonly<Record<WaitsFor['reason'], string>> = {
  service: 'the service',
  keys: 'access keys that the service accepts',
  rights: 'the right to do this',
  busyCluster: 'the cluster, which is busy',
  oldCluster: 'the old cluster of this name to go',
};

function waitText({ reason, message, since }: WaitsFor): string {
  return `waits for ${waitReasons[reason]} since ${since}: ${message}`;
}

/** Not in the line of a log, which would repeat itself at each attempt. */
export function retryText({ retryAt }: WaitsFor): string {
  return retryAt === undefined ? '' : `; tries again at ${retryAt}`;
}

/** What people have to know of a cluster that was there already. */
export const adoptedText = 'the cluster existed already, made from this spec; it has no time to live';

const absentOnRecordText =
  'our records have this cluster: unless somebody else has deleted it, the keys or the endpoint of the worker are those of another account or region';

/** The outcome of an operation, with the reason and the advice. */
export function outcomeLines(outcome: OperationOutcome): string[] {
  const cleanup = 'cleanup' in outcome ? outcome.cleanup : undefined;
  const clusterIDs = cleanup?.clusterIDs.length ? ` ${cleanup.clusterIDs.join(', ')}` : '';
  const objection = cleanup?.objection === undefined ? '' : `: ${cleanup.objection}`;
  const left = ('staysBehind' in outcome ? outcome.staysBehind : cleanup?.staysBehind)?.join(', ') || undefined;
  const named = leftoversIn(outcome);
  const isAdopted = 'adopted' in outcome && outcome.adopted === true;
  const { duplicates = [] } = { duplicates: undefined, ...outcome };
  return [
    ...(isAdopted ? [`  ${adoptedText}`] : []),
    ...('isOnRecord' in outcome ? [`  ${styled('yellow', absentOnRecordText)}`] : []),
    ...failureLines(outcome.failure),
    ...(outcome.cancelReason === undefined ? [] : [`  cancelled: ${outcome.cancelReason}`]),
    ...(cleanup === undefined
      ? []
      : [`  clean-up ${cleanup.status}${clusterIDs}${objection}`, ...failureLines(cleanup.failure)]),
    ...duplicates.flatMap(({ clusterID, deleted, objection: why }) =>
      deleted
        ? []
        : [styled('yellow', `  made in excess, and left: ${clusterID}${why === undefined ? '' : `: ${why}`}`)],
    ),
    ...(cleanup?.withoutLease === true
      ? ['  it has no time to live any more, and stays until somebody deletes it']
      : []),
    ...(left === undefined ? [] : [`  left behind, still billed: ${left}`]),
    ...(named === undefined ? [] : [`  left behind: ${leftoversText(named)}`]),
  ];
}

export function operationTable(operations: readonly Operation[]): string {
  return plainTable(
    ['NAME', 'CLUSTER ID', 'OPERATION', 'EXECUTION', 'STARTED'],
    operations.map(
      ({ clusterName = '-', clusterID = '-', kind, execution, ended = execution, startedAt, unreadable }) => [
        clusterName,
        unreadable === true ? '?' : clusterID,
        kind,
        ended,
        startedAt,
      ],
    ),
  );
}

export function problemLines(severity: 'error' | 'warning', problems: readonly Problem[]): string[] {
  const label = styled(severity === 'error' ? 'red' : 'yellow', severity);
  return problems.map(
    ({ path, message, advice, rule }) =>
      `${label} ${path || '(file)'}: ${message} ${advice} ${styled('dim', `[${rule}]`)}`,
  );
}

function failureLines(failure: OperationFailure | undefined): string[] {
  if (failure === undefined) return [];
  const { type, message, code, requestID, traceID, advice, problems = [], differingPaths } = failure;
  return [
    styled('red', `  ${type}: ${message}`),
    ...(code === undefined ? [] : [`  code ${code}`]),
    ...(requestID === undefined ? [] : [`  requestID ${requestID}`]),
    ...(traceID === undefined ? [] : [`  traceID ${traceID}`]),
    ...(differingPaths === undefined ? [] : [`  differs in ${differingPaths.join(', ')}`]),
    ...problemLines('error', problems).map((line) => `  ${line}`),
    ...(advice === undefined ? [] : [`  advice: ${advice}`]),
  ];
}

function titleOf({ kind, clusterName, clusterID }: Operation): string {
  return `${kind} ${clusterName ?? clusterID ?? ''}`.trim();
}

function stageOf({ outcome, execution, currentStep }: OperationStatus): string {
  if (outcome === undefined && execution === 'running') {
    return currentStep?.stage ?? styled('yellow', 'running, but no worker answers');
  }
  if (outcome === undefined) return execution;
  const good = outcome.outcome === 'running' || outcome.outcome === 'deleted' || outcome.outcome === 'absent';
  return good ? styled('green', outcome.outcome) : styled('red', outcome.outcome);
}

function symbolOf(status: string): string {
  switch (status) {
    case 'done':
      return styled('green', '✔');
    case 'doing':
      return styled('cyan', '●');
    case 'failed':
      return styled('red', '✖');
    default:
      return styled('dim', '○');
  }
}

function duration({ startedAt, finishedAt }: Step): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  return styled('dim', ` ${Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)} s`);
}
