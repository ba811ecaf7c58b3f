import { setCurrentDetails } from '@temporalio/workflow';
import type { ClusterPhase } from '../../cce/phases.ts';
import {
  currentStepOf,
  type CurrentStep,
  type Stage,
  type Step,
  type StepChange,
  type WatchGoal,
} from '../../contract/current-step.ts';
import { operationDetails } from './current-details.ts';
import { showStage } from './show-stage.ts';

/** The state of a create or delete, kept in this one place. `currentStepQuery` answers with it. */
export interface Progress {
  enter: (stage: Stage, clusterID?: string) => void;
  observe: (observed: { clusterPhase: ClusterPhase; steps: Step[] }) => void;
  /** Notes what a watch reports, unless the workflow no longer waits for that watch. */
  observeChange: (change: StepChange) => void;
  /** Whether a watch has ever found the cluster. */
  hasSeen: (clusterID: string) => boolean;
  view: () => CurrentStep;
}

export function trackProgress(stage: Stage): Progress {
  const state: CurrentStep = { stage, steps: [], updatedAt: now() };

  const seen = new Set<string>();

  function observe({ clusterPhase, steps }: { clusterPhase: ClusterPhase; steps: Step[] }): void {
    delete state.pollTrouble;
    if (clusterPhase !== 'absent' && state.clusterID !== undefined) seen.add(state.clusterID);
    state.phase = clusterPhase;
    state.steps = steps;
    state.updatedAt = now();
    setCurrentDetails(operationDetails(state));
  }

  return {
    enter(next, clusterID = state.clusterID) {
      // The steps of another cluster, or of a create that is being undone, would mislead.
      if (clusterID !== state.clusterID || next === 'cleaningUp') state.steps = [];
      if (clusterID !== undefined) state.clusterID = clusterID;
      delete state.pollTrouble;
      state.stage = next;
      state.updatedAt = now();
      setCurrentDetails(operationDetails(state));
      showStage(next, clusterID);
    },
    observe,
    observeChange(change) {
      if (!isStepChange(change)) return;
      if (change.clusterID !== state.clusterID || change.goal !== goals[state.stage]) return;
      // Failed polls are not progress: `updatedAt` and the steps keep their values.
      if ('pollTrouble' in change) state.pollTrouble = change.pollTrouble;
      else observe({ clusterPhase: change.phase, steps: change.steps });
    },
    hasSeen: (clusterID) => seen.has(clusterID),
    view() {
      const step = currentStepOf(state.steps);
      return { ...state, ...(step !== undefined && { step }) };
    },
  };
}

/** The goal of the watch in each stage that has one. */
const goals: Partial<Record<Stage, WatchGoal>> = { provisioning: 'running', deleting: 'gone', cleaningUp: 'gone' };

/** Anybody can send a signal, and a handler that throws would block the workflow for ever. */
function isStepChange(change: unknown): change is StepChange {
  if (!isObject(change)) return false;
  const { steps, pollTrouble } = change as { steps?: unknown; pollTrouble?: unknown };
  return pollTrouble === undefined ? Array.isArray(steps) && steps.every(isObject) : isObject(pollTrouble);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function now(): string {
  return new Date().toISOString();
}
