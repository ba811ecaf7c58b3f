import { currentStepOf, type CurrentStep, type Stage, type Step } from './current-step.ts';
import type { ClusterNodes } from './nodes.ts';
import type { OperationOutcome } from './operation-outcome.ts';

/** The state of a create or delete, as far as its events follow from it. */
export interface OperationState {
  kind: 'create' | 'delete';
  /** `running` until it has ended. */
  execution: string;
  currentStep?: CurrentStep;
  outcome?: OperationOutcome;
}

/** One change of an operation, as far as its state tells it. */
export type OperationEvent = {
  /** Grows with each event of an operation, and is the same whoever reads the state, and whenever. */
  position: number;
} &
  /**
   * `nodes`: with the stage `joiningNodes`, what is known of the nodes when the state was read. Readers of the same event may see
   * other counts, or none: an event is known by its position.
   */
  (
    | { type: 'stage'; stage: Stage; clusterID?: string; nodes?: ClusterNodes }
    | { type: 'step'; stage: Stage; step: Step }
    | { type: 'ended'; execution: string; outcome?: OperationOutcome }
  );

const endedRank = 15;

/**
 * Derives the events of an operation from its state alone: everything that has happened up to now, in order. Whoever has read
 * an earlier state has seen a part of these events, and needs only those with a greater position. So nobody needs to store
 * events, and no reader misses one that happens between two of its reads.
 */
export function eventsOf({ kind, execution, currentStep, outcome }: OperationState): OperationEvent[] {
  const events: OperationEvent[] = [];
  const hasEnded = execution !== 'running';
  const steps = outcome?.steps ?? currentStep?.steps ?? [];
  const hasRun = outcome?.outcome === 'running' || outcome?.outcome === 'expired' || outcome?.outcome === 'vanished';
  const stage = hasEnded ? (kind === 'create' && !hasRun ? undefined : lastStage(kind)) : currentStep?.stage;
  const clusterID = currentStep?.clusterID ?? outcome?.clusterID;
  const stepStage = kind === 'delete' ? 'deleting' : hasEnded || stage !== 'cleaningUp' ? 'provisioning' : 'cleaningUp';
  const nodes = outcome !== undefined && 'nodes' in outcome ? outcome.nodes : currentStep?.nodes;
  for (const passed of passedStages(kind, stage, hasEnded && steps.length > 0, nodes !== undefined)) {
    const isKnown = clusterID !== undefined && ranks[passed] >= ranks.provisioning;
    events.push({
      position: stagePosition(passed),
      type: 'stage',
      stage: passed,
      ...(isKnown && { clusterID }),
      ...(passed === 'joiningNodes' && nodes !== undefined && { nodes }),
    });
    if (passed === stepStage) events.push(...stepEvents(passed, steps));
  }
  if (hasEnded) {
    events.push({ position: position(endedRank), type: 'ended', execution, ...(outcome !== undefined && { outcome }) });
  }
  return events;
}

/** The events of an operation that a reader has not seen who has got to a position. */
export function eventsAfter(state: OperationState, position: number): OperationEvent[] {
  return eventsOf(state).filter((event) => event.position > position);
}

/** The position of the last event of every operation. */
export const endPosition = position(endedRank);

function lastStage(kind: OperationState['kind']): Stage {
  return kind === 'create' ? 'running' : 'deleting';
}

/** The stages that an operation has passed, with the one that it is in. */
function passedStages(
  kind: OperationState['kind'],
  stage: Stage | undefined,
  hasSteps: boolean,
  hasNodes: boolean,
): Stage[] {
  if (kind === 'delete') return stage === undefined ? [] : ['deleting'];
  const toCluster: Stage[] = ['validating', 'submitting', 'provisioning'];
  switch (stage) {
    case undefined:
      return hasSteps ? toCluster : [];
    case 'validating':
    case 'submitting':
    case 'provisioning':
      return toCluster.slice(0, ranks[stage] + 1);
    case 'verifying':
    case 'joiningNodes':
      return [...toCluster, stage];
    case 'running':
      return [...toCluster, ...(hasNodes ? (['joiningNodes'] as const) : []), stage];
    case 'deleting':
    case 'cleaningUp':
      return [stage];
    case 'done':
      return [];
  }
}

/** The changes of steps up to the current one: a later step, should it change meanwhile, waits for its turn. */
function stepEvents(stage: Stage, steps: readonly Step[]): OperationEvent[] {
  const current = currentStepOf(steps);
  if (current === undefined) return [];
  return steps
    .filter(({ index }) => index <= current.index)
    .flatMap((step) => changesOf(step).map(({ attempt, status }) => stepEvent(stage, step, attempt, status)));
}

/** A step that has needed several attempts has failed in all but the last. */
function changesOf({ status, retryCount }: Step): { attempt: number; status: string }[] {
  if (status === 'todo') return [];
  const attempts = Math.min(Math.max(retryCount, 1), 63);
  const earlier = Array.from({ length: attempts - 1 }, (_, before) => [
    { attempt: before + 1, status: 'doing' },
    { attempt: before + 1, status: 'failed' },
  ]).flat();
  const last = { attempt: attempts, status: 'doing' };
  return [...earlier, last, ...(status === 'doing' ? [] : [{ attempt: attempts, status }])];
}

function stepEvent(stage: Stage, step: Step, attempt: number, status: string): OperationEvent {
  const { name, index, total, startedAt, finishedAt, error } = step;
  const isNow = attempt === Math.max(step.retryCount, 1) && status === step.status;
  return {
    position: position(ranks[stage], index, attempt, statusRank(status)),
    type: 'step',
    stage,
    step: {
      name,
      index,
      total,
      status,
      retryCount: attempt,
      ...(startedAt !== undefined && { startedAt }),
      ...(isNow && finishedAt !== undefined && { finishedAt }),
      ...(isNow && error !== undefined && { error }),
    },
  };
}

function statusRank(status: string): number {
  const known = ['doing', 'paused', 'failed', 'done'].indexOf(status);
  return known === -1 ? 1 : known;
}

/** Consumers keep positions, so a rank never changes. */
const ranks = {
  validating: 0,
  submitting: 1,
  provisioning: 2,
  verifying: 3,
  // It came later, and shares the rank of the stage before.
  joiningNodes: 3,
  running: 4,
  deleting: 5,
  cleaningUp: 6,
  done: 7,
} as const satisfies Record<Stage, number>;

function stagePosition(stage: Stage): number {
  return position(ranks[stage], stage === 'joiningNodes' ? 1 : 0);
}

/** 4 bits of the stage, 8 of the step, 6 of the attempt, 3 of the status, so that three bytes hold it. */
function position(stageRank: number, index = 0, attempt = 0, status = 0): number {
  return 1 + (((stageRank * 256 + Math.min(index, 255)) * 64 + attempt) * 8 + status);
}
