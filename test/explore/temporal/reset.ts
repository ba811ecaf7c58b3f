import { long } from './long.ts';
import { durationMs, status, type Run, type ScheduleCommand, type Temporal } from './model.ts';

/**
 * Resets an open run as Temporal does: ends it, and begins another run of its chain, whose history is that of the old one up
 * to a task, which it does again. What the old run waited for at that moment, the new one waits for; later signals are
 * repeated, and later answers are forgotten.
 *
 * @param task The position of the task among those of the run.
 */
export function resetRun(temporal: Temporal, old: Run, task: number): Run {
  const { time, attempts } = temporal;
  const kept = old.history.slice(0, task);
  const again = old.history[task]!.activation.jobs ?? [];
  const timers = new Map<number, number>();
  const activities = new Map<number, ScheduleCommand>();
  const cancelled = new Set<number>();
  const patches = new Set<string>();
  const { initializeWorkflow } = old.history[0]!.activation.jobs!.find((job) => job.initializeWorkflow)!;
  const memo = { ...initializeWorkflow!.memo?.fields };
  const searchAttributes = { ...initializeWorkflow!.searchAttributes?.indexedFields };
  const learn = (jobs: typeof again) => {
    for (const { fireTimer, resolveActivity } of jobs) {
      if (fireTimer) timers.delete(fireTimer.seq!);
      if (resolveActivity) activities.delete(resolveActivity.seq!);
    }
  };
  for (const { activation, decided } of kept) {
    learn(activation.jobs ?? []);
    for (const command of decided) {
      if (command.startTimer) {
        const endsAtMs = durationMs(activation.timestamp) + durationMs(command.startTimer.startToFireTimeout);
        timers.set(command.startTimer.seq!, endsAtMs);
      }
      if (command.cancelTimer) timers.delete(command.cancelTimer.seq!);
      if (command.scheduleActivity) activities.set(command.scheduleActivity.seq!, command.scheduleActivity);
      if (command.requestCancelActivity) cancelled.add(command.requestCancelActivity.seq!);
      if (command.setPatchMarker) patches.add(command.setPatchMarker.patchId!);
      Object.assign(memo, command.modifyWorkflowProperties?.upsertedMemo?.fields);
      Object.assign(searchAttributes, command.upsertWorkflowSearchAttributes?.searchAttributes?.indexedFields);
    }
  }
  learn(again);
  const later = [...old.history.slice(task + 1).flatMap(({ activation }) => activation.jobs ?? []), ...old.jobs];

  temporal.close(old, { status: status.terminated });
  const { workflowID, type, taskQueue, input, firstRunID, originalRunID, continuedFrom } = old;
  const run = temporal.start(
    { workflowID, type, taskQueue, input, memo, searchAttributes },
    {
      firstRunID,
      originalRunID,
      ...(continuedFrom !== undefined && { continuedFrom }),
      history: kept,
      historyLength: 3 * task + 3,
      patches,
      flags: new Set(old.flags),
      jobs: [{ updateRandomSeed: { randomnessSeed: long(task + 1) } }],
    },
  );
  // A run without history has learned of its start already.
  for (const job of again) if (!job.initializeWorkflow || task > 0) temporal.addJob(run, job);
  for (const job of later) if (job.signalWorkflow) temporal.addJob(run, job);
  for (const [seq, endsAtMs] of timers) {
    const ring = () => {
      run.timers.delete(seq);
      temporal.addJob(run, { fireTimer: { seq } });
    };
    run.timers.set(seq, time.after(endsAtMs - time.nowMs(), ring));
  }
  for (const command of activities.values()) attempts.schedule(run, command);
  for (const seq of cancelled) attempts.requestCancel(run, seq);
  return run;
}
