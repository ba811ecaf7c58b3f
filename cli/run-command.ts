import {
  connect,
  InvalidSpecError,
  type OperationOutcome,
  type OperationReference,
  type OperationStatus,
  type Orchestrator,
} from '../client/index.ts';
import { startTracing } from '../temporal/tracing/start-tracing.ts';
import { colors } from './colors.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { drawTo, follow, InterruptedError } from './follow.ts';
import { problemLines, progressLine, statusText } from './output.ts';

/** Options that every command has. */
export interface GlobalOptions {
  account?: string;
  region?: string;
  output: 'text' | 'json';
}

/** Options of commands that may wait. */
export interface WaitOptions {
  watch?: boolean;
  wait?: boolean;
}

/** Runs a command against Temporal, says what went wrong where something did, and sets the exit code. */
export async function runCommand(
  options: GlobalOptions,
  command: (orchestrator: Orchestrator) => Promise<ExitCode>,
): Promise<void> {
  process.exitCode = await reportErrors(options, () => withOrchestrator(options, command));
}

export async function withOrchestrator(
  options: GlobalOptions,
  command: (orchestrator: Orchestrator) => Promise<ExitCode>,
): Promise<ExitCode> {
  const tracing = await startTracing('ccectl', (message, error) => {
    process.stderr.write(`${colors.yellow('warning')} ${message}: ${messageOf(error)}\n`);
  });
  try {
    const orchestrator = await connect(options);
    try {
      return await command(orchestrator);
    } finally {
      await orchestrator.close();
    }
  } finally {
    await tracing?.stop();
  }
}

export async function reportErrors(options: GlobalOptions, command: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof InterruptedError) {
      if (options.output === 'json') printJSON({ error: { name: error.name, message: error.message, problems: [] } });
      process.stderr.write(`${error.message}\nattach again: ${error.attachAgain}\n`);
      return exitCodes.interrupted;
    }
    const message = messageOf(error);
    const { problems, warnings } = error instanceof InvalidSpecError ? error : { problems: [], warnings: [] };
    for (const line of problemLines('warning', warnings)) process.stderr.write(`${line}\n`);
    if (options.output === 'json') {
      printJSON({ error: { name: error instanceof Error ? error.name : 'Error', message, problems } });
    } else {
      const lines = problems.length > 0 ? problemLines('error', problems) : [`${colors.red('error')} ${message}`];
      process.stderr.write(`${lines.join('\n')}\n`);
    }
    return exitCodeOf(error);
  }
}

/** Waits for the end of an operation, shows it on the way if asked to, and prints how it ended. */
export async function followToEnd(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions & WaitOptions,
  isSuccess: (outcome: OperationOutcome) => boolean,
): Promise<ExitCode> {
  return followUntil(orchestrator, operation, options, isSuccess, () => false);
}

/** Waits until the cluster of a create runs: one with a time to live goes on from there, for hours perhaps. */
export async function followToRunning(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions & WaitOptions,
): Promise<ExitCode> {
  const isRunning = ({ outcome }: OperationOutcome) => outcome === 'running';
  return followUntil(orchestrator, operation, options, isRunning, runs);
}

function runs({ currentStep }: OperationStatus): boolean {
  return currentStep?.stage === 'running';
}

async function followUntil(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions & WaitOptions,
  isSuccess: (outcome: OperationOutcome) => boolean,
  isSettled: (status: OperationStatus) => boolean,
): Promise<ExitCode> {
  // Standard output of a JSON command is for the one document at the end.
  const stream = options.output === 'json' ? process.stderr : process.stdout;
  const isDrawn = ({ currentStep }: OperationStatus) => currentStep !== undefined;
  const ended = await follow({
    ...operation,
    attachAgain: `ccectl status ${operation.workflowID.split(':').at(-1)} --watch`,
    watch: (signal) => orchestrator.watch(operation, signal),
    draw: options.watch
      ? drawTo<OperationStatus>(
          stream,
          (status) => (isDrawn(status) ? statusText(status) : undefined),
          (status) => (isDrawn(status) ? progressLine(status) : undefined),
        )
      : undefined,
    isSettled,
  });
  printStatus(options, ended);
  return isSettled(ended) || (ended.outcome !== undefined && isSuccess(ended.outcome))
    ? exitCodes.done
    : exitCodes.failed;
}

/** What the SDK hides behind "Failed to start Workflow" is in the causes. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${messageOf(error.cause)}` : error.message;
}

export function printStatus(options: GlobalOptions, status: OperationStatus): void {
  if (options.output === 'json') printJSON(status);
  else process.stdout.write(`${statusText(status)}\n`);
}

export function printJSON(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
