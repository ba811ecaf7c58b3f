import { setCurrentDetails } from '@temporalio/workflow';
import type { ClusterPhase } from '../../cce/phases.ts';
import {
  currentStepOf,
  type CurrentStep,
  type ReportSequence,
  type Stage,
  type Step,
  type StepChange,
  type WaitsFor,
  type WatchGoal,
} from '../../contract/current-step.ts';
import type { ClusterNodes } from '../../contract/nodes.ts';
import { isOlderReport } from '../../contract/watched-cluster.ts';
import { operationDetails } from './current-details.ts';
import { showStage } from './show-stage.ts';

/** The state of a create or delete, kept in this one place. `currentStepQuery` answers with it. */
export interface Progress {
  enter: (stage: Stage, clusterID?: string) => void;
  observe: (observed: { clusterPhase: ClusterPhase; steps: Step[] }) => void;
  /** Notes what is known of the nodes. */
  seeNodes: (nodes: ClusterNodes) => void;
  /** Notes what a watch reports, unless the workflow no longer waits for that watch. */
  observeChange: (change: StepChange) => void;
  /**
   * Shows what the operation waits for; `undefined` when the wait is over. Of several waits at once, it shows the one that
   * began first.
   *
   * @param by What waits, such as a clusterID, if several parts of the operation wait independently.
   */
  waitFor: (wait: Omit<WaitsFor, 'since'> | undefined, by?: string) => void;
  view: () => CurrentStep;
  /** The last report of a watch that {@link view} shows. */
  lastReport: () => ReportSequence | undefined;
}

/** @param resumed Where an earlier run of the same operation has got to. */
export function trackProgress(stage: Stage, resumed?: CurrentStep): Progress {
  const begun: CurrentStep = { stage, stageSince: now(), steps: [], updatedAt: now() };
  const { step: _step, ...state } = resumed ?? begun;
  if (resumed !== undefined) setCurrentDetails(operationDetails(state));

  const waits = new Map<string, WaitsFor>();
  let lastReport: ReportSequence | undefined;

  function observe({ clusterPhase, steps }: { clusterPhase: ClusterPhase; steps: Step[] }): void {
    delete state.pollTrouble;
    state.phase = clusterPhase;
    state.steps = steps;
    state.updatedAt = now();
    setCurrentDetails(operationDetails(state));
  }

  return {
    enter(next, clusterID = state.clusterID) {
      // The steps of another cluster, or of a create that is being undone, would mislead.
      if (clusterID !== state.clusterID || next === 'cleaningUp') {
        state.steps = [];
        delete state.nodes;
      }
      if (clusterID !== undefined) state.clusterID = clusterID;
      delete state.pollTrouble;
      waits.clear();
      delete state.waitsFor;
      if (next !== state.stage) state.stageSince = now();
      state.stage = next;
      state.updatedAt = now();
      setCurrentDetails(operationDetails(state));
      showStage(next, clusterID);
    },
    observe,
    seeNodes(nodes) {
      state.nodes = nodes;
      state.updatedAt = now();
      setCurrentDetails(operationDetails(state));
    },
    waitFor(wait, by = '') {
      const before = waits.get(by);
      if (wait === undefined) waits.delete(by);
      else waits.set(by, { ...wait, since: before?.reason === wait.reason ? before.since : now() });
      // A Map keeps the order in which the waits began.
      const [first] = waits.values();
      if (first === undefined) delete state.waitsFor;
      else state.waitsFor = first;
      setCurrentDetails(operationDetails(state));
    },
    observeChange(change) {
      if (!isStepChange(change)) return;
      if (change.clusterID !== state.clusterID || change.goal !== goals[state.stage]) return;
      // A watch that was thought dead may still report.
      if (isOlderReport(change.sequence, lastReport)) return;
      lastReport = change.sequence;
      // Trouble is no progress: `updatedAt` and the steps stay what they were.
      if ('pollTrouble' in change) state.pollTrouble = change.pollTrouble;
      else observe({ clusterPhase: change.phase, steps: change.steps });
    },
    view() {
      const step = currentStepOf(state.steps);
      return { ...state, ...(step !== undefined && { step }) };
    },
    lastReport: () => lastReport,
  };
}

/** What is watched for in a stage; in the others nothing is. */
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

/** For {@link WaitsFor}. */
export function timeAfter(pauseMs: number): string {
  return new Date(Date.now() + pauseMs).toISOString();
}

function now(): string {
  return new Date().toISOString();
}
