import { status, durationMs, type Command, type Run } from './model.ts';
import type { Temporal } from './model.ts';

type Start = NonNullable<Command['startChildWorkflowExecution']>;

/** Carries out what a workflow has decided. */
export async function carryOut(temporal: Temporal, run: Run, commands: readonly Command[]): Promise<void> {
  const { time, attempts } = temporal;
  for (const command of commands) {
    run.historyLength++;
    if (command.startTimer) startTimer(command.startTimer.seq!, durationMs(command.startTimer.startToFireTimeout));
    else if (command.cancelTimer) stopTimer(command.cancelTimer.seq!);
    else if (command.scheduleActivity) attempts.schedule(run, command.scheduleActivity);
    else if (command.requestCancelActivity) attempts.requestCancel(run, command.requestCancelActivity.seq!);
    else if (command.scheduleLocalActivity) attempts.runLocal(run, command.scheduleLocalActivity);
    else if (command.setPatchMarker) run.patches.add(command.setPatchMarker.patchId!);
    else if (command.upsertWorkflowSearchAttributes)
      Object.assign(run.searchAttributes, command.upsertWorkflowSearchAttributes.searchAttributes?.indexedFields);
    else if (command.modifyWorkflowProperties)
      Object.assign(run.memo, command.modifyWorkflowProperties.upsertedMemo?.fields);
    else if (command.updateResponse) respond(command.updateResponse);
    else if (command.startChildWorkflowExecution) startChild(command.startChildWorkflowExecution);
    else if (command.completeWorkflowExecution) {
      const { result } = command.completeWorkflowExecution;
      temporal.close(run, { status: status.completed, ...(result && { result }) });
    } else if (command.failWorkflowExecution) {
      const { failure } = command.failWorkflowExecution;
      temporal.close(run, { status: status.failed, ...(failure && { failure }) });
    } else if (command.cancelWorkflowExecution) temporal.close(run, { status: status.cancelled });
    else if (command.continueAsNewWorkflowExecution) continueAsNew(command.continueAsNewWorkflowExecution);
    else if (!command.requestCancelLocalActivity) {
      throw new Error(`Temporal's model does not know ${Object.keys(command).join()}`);
    }
  }

  function startTimer(seq: number, ms: number): void {
    const ring = () => {
      run.timers.delete(seq);
      temporal.addJob(run, { fireTimer: { seq } });
    };
    run.timers.set(seq, time.after(ms === Infinity ? 0 : ms, ring));
  }

  function stopTimer(seq: number): void {
    run.timers.get(seq)?.();
    run.timers.delete(seq);
  }

  function respond({ protocolInstanceId, accepted, rejected, completed }: NonNullable<Command['updateResponse']>) {
    const update = run.updates.get(protocolInstanceId!);
    if (update === undefined) return;
    if (accepted) update.isAccepted = true;
    if (rejected) update.outcome = { failure: rejected };
    if (completed) update.outcome = { success: { payloads: [completed] } };
    for (const changed of update.onChange.splice(0)) changed();
  }

  function continueAsNew(command: NonNullable<Command['continueAsNewWorkflowExecution']>): void {
    const { workflowType, arguments: input, memo, searchAttributes } = command;
    // Signals that the old run has not taken belong to the new one only if they came after this: Temporal repeats the task
    // of the old run otherwise. Here a task takes no time, so that none comes meanwhile.
    temporal.close(run, { status: status.continuedAsNew });
    const next = temporal.start(
      {
        workflowID: run.workflowID,
        type: workflowType || run.type,
        taskQueue: run.taskQueue,
        input: input ?? [],
        memo: { ...(memo && Object.keys(memo).length > 0 ? memo : run.memo) },
        searchAttributes: { ...(searchAttributes?.indexedFields ?? run.searchAttributes) },
      },
      {
        firstRunID: run.firstRunID,
        continuedFrom: run.runID,
        ...(run.parent !== undefined && { parent: run.parent }),
      },
    );
    run.continuedAs = next.runID;
  }

  function startChild({ seq, workflowId, workflowType, taskQueue, input, memo, ...more }: Start): void {
    if (temporal.latest(workflowId!)?.status === status.running) {
      const failed = { workflowId: workflowId!, workflowType: workflowType!, cause: 1 };
      temporal.addJob(run, { resolveChildWorkflowExecutionStart: { seq: seq!, failed } });
      return;
    }
    const child = temporal.start(
      {
        workflowID: workflowId!,
        type: workflowType!,
        taskQueue: taskQueue || run.taskQueue,
        input: input ?? [],
        memo: { ...memo },
        searchAttributes: { ...more.searchAttributes?.indexedFields },
      },
      { parent: { run, seq: seq! } },
    );
    run.children.push({ run: child, parentClosePolicy: more.parentClosePolicy ?? 1 });
    const succeeded = { runId: child.runID };
    temporal.addJob(run, { resolveChildWorkflowExecutionStart: { seq: seq!, succeeded } });
  }
}
