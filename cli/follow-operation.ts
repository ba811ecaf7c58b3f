import type { OperationOutcome, OperationReference, OperationStatus, Orchestrator } from '../client/index.ts';
import { afterStart } from './after-start.ts';
import { exitCodes } from './exit-codes.ts';
import { commandToAttach, drawTo, follow, sayWhyBlocked, untilInterrupted } from './follow.ts';
import { progressLine, reasonToWait, statusText } from './output.ts';
import type { CommandResult, GlobalOptions } from './run-command.ts';
import type { WaitFlags } from './wait-flags.ts';

/** Waits until an operation ends, and draws its progress if `--watch` is set. */
export async function followToEnd(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions & WaitFlags,
  isSuccess: (outcome: OperationOutcome) => boolean,
): Promise<CommandResult> {
  return followUntil(orchestrator, operation, options, isSuccess, () => false);
}

/** Waits until the cluster of a create runs. The create of a cluster with a time to live ends only hours later. */
export async function followToRunning(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions & WaitFlags,
): Promise<CommandResult> {
  const isRunning = ({ outcome }: OperationOutcome) => outcome === 'running';
  return followUntil(orchestrator, operation, options, isRunning, runs);
}

/**
 * What is known of an operation at first, for a command that does not wait for its end.
 *
 * @throws InterruptedError on SIGINT or SIGTERM
 */
export async function beginningOf(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions,
): Promise<OperationStatus | undefined> {
  const { workflowID } = operation;
  return afterStart(workflowID, () =>
    untilInterrupted(workflowID, attachCommand(operation, options), () => orchestrator.beginning(operation)),
  );
}

function runs({ currentStep }: OperationStatus): boolean {
  return currentStep?.stage === 'running';
}

async function followUntil(
  orchestrator: Orchestrator,
  operation: OperationReference,
  options: GlobalOptions & WaitFlags,
  isSuccess: (outcome: OperationOutcome) => boolean,
  isSettled: (status: OperationStatus) => boolean,
): Promise<CommandResult> {
  // With `-o json`, standard output is for the one document at the end.
  const stream = options.output === 'json' ? process.stderr : process.stdout;
  const isDrawn = ({ execution }: OperationStatus) => execution === 'running';
  const ended = await follow({
    ...operation,
    attachAgain: attachCommand(operation, options),
    watch: (signal) => orchestrator.watch(operation, signal),
    draw: options.watch
      ? await drawTo<OperationStatus>(
          stream,
          (status) => (isDrawn(status) ? statusText(status) : undefined),
          (status) => (isDrawn(status) ? progressLine(status) : undefined),
        )
      : sayWhyBlocked(reasonToWait),
    isSettled,
  });
  const isGood = isSettled(ended) || (ended.outcome !== undefined && isSuccess(ended.outcome));
  return { json: ended, text: statusText(ended), exitCode: isGood ? exitCodes.done : exitCodes.failed };
}

function attachCommand({ workflowID }: OperationReference, options: GlobalOptions): string {
  return commandToAttach(`status ${workflowID.split(':').at(-1)} --watch`, options);
}
