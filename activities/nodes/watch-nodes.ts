import { cancellationSignal, Context, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import { createSecretFilter, type SecretReader, type SecretReference } from '../../cce/secrets.ts';
import type { ReportSequence, Step } from '../../contract/current-step.ts';
import { fitNodes, reasonsOf, type ClusterNodes } from '../../contract/nodes.ts';
import { honouredPauseSeconds } from '../api/call-failure.ts';
import type { RequestBudget } from '../api/request-budget.ts';
import { confirmationPauseMs, doubtAfter, isConfirmed, type Doubt } from '../watch/confirm-end.ts';
import { createMailbox } from '../watch/mailbox.ts';
import { firstPauseMs, pauseMs, type Pace } from '../watch/pace.ts';
import type { PhaseTicker } from '../watch/phase-ticker.ts';
import { readPhase } from '../watch/read-phase.ts';
import { failureBudget } from '../watch/watch-decision.ts';
import { createFailedNodes } from './failed-nodes.ts';
import { listNodes } from './list-nodes.ts';
import { decideNodes, noLooks, type NodesDecision, type NodesGoal } from './nodes-decision.ts';
import { keepShownNodes } from './shown-nodes.ts';

export interface WatchNodesInput extends NodesGoal {
  clusterID: string;
  /** When the create began to wait for nodes, in milliseconds since the epoch. */
  sinceMs: number;
  /** The steps of the cluster itself, for those who read the heartbeats. */
  steps: Step[];
  /** The secrets that the nodes were created with: the error of a failed step may quote them. */
  secrets?: readonly (string | SecretReference)[];
  /** Whether the result names the nodes, for a workflow that replaces failed ones. */
  namesNodes?: boolean;
}

export interface NodesReport {
  /** `gone`: the cluster is, or is being deleted. The others: see {@link NodesDecision}. */
  verdict: Exclude<NodesDecision['verdict'], 'wait'> | 'gone';
  nodes: ClusterNodes;
  /** With the verdict `unseen`: how many nodes the list shows. */
  shown?: number;
  /** With the verdict `gone`: the phase of the cluster. */
  clusterPhase?: string;
  /** The IDs of the nodes that the create asked for, if asked for. */
  own?: string[];
  /** The IDs of all other nodes of the cluster, if asked for. */
  others?: string[];
  /** The IDs of those that failed, if asked for. */
  failedIDs?: string[];
}

export interface WatchNodesDependencies {
  cce: CceClient;
  /** The budget that `cce` draws from. */
  budget: RequestBudget;
  /** Counts all watches of the worker. */
  phases: Pick<PhaseTicker, 'accompany' | 'followers'>;
  secrets: SecretReader;
  pollIntervalMs: number;
  /** How long reads of the service are assumed to lag behind at most, in milliseconds. @default 90_000 */
  longestLagMs?: number;
}

/**
 * Watches the nodes of a running cluster until enough of them run, or never will. A look costs one call for each thousand
 * nodes, and a failed node one more. Looks cost the workflow's history nothing, however many there are: the counts travel in
 * heartbeats.
 *
 * A failed look is not a failed node: it is counted, backed off from, and forgotten with the next good one. {@link decideNodes}
 * decides. While no node shows, the cluster itself is looked at: somebody may delete it.
 *
 * Fails with `WatchBudgetExhausted` after {@link failureBudget} failures in a row.
 */
export function watchNodes(dependencies: WatchNodesDependencies) {
  const { cce, budget, phases, pollIntervalMs, longestLagMs = 90_000 } = dependencies;

  return async (input: WatchNodesInput): Promise<NodesReport> => {
    const { clusterID, sinceMs, steps, secrets = [], replaced = [], namesNodes = false } = input;
    const { heartbeat, info } = Context.current();
    const signal = cancellationSignal();
    const failedNodes = createFailedNodes(cce, createSecretFilter(secrets, dependencies.secrets), signal);
    const shown = keepShownNodes({ clusterID, sinceMs, steps }, info.heartbeatDetails);
    let state = noLooks;
    let doubt: Doubt | undefined;
    let failures = 0;
    let looks = 0;
    let hasBeaten = false;
    const never = createMailbox<never>(signal);
    const pause = (milliseconds: number) => never.next(performance.now() + milliseconds);
    const beat = () => heartbeat(shown.details());
    const heartbeats = setInterval(() => {
      hasBeaten = true;
      beat();
    }, heartbeatIntervalMs);
    const leave = phases.accompany();
    try {
      await pause(firstPauseMs(pace(), info.attempt > 1));
      for (;;) {
        looks++;
        const look = await lookOnce();
        if (look.report !== undefined) return look.report;
        // Costs nothing: the SDK sends the latest details with the next heartbeat that is due anyway. The first would be one more.
        if (hasBeaten && shown.hasChanged()) beat();
        await pause(look.pauseMs);
      }
    } finally {
      leave();
      clearInterval(heartbeats);
    }

    async function lookOnce(): Promise<{ report?: NodesReport; pauseMs: number }> {
      try {
        const decision = await lookAtNodes();
        const phase = decision === undefined || decision.own.length === 0 ? await lookAtCluster() : undefined;
        if (phase !== undefined && 'looksAgain' in phase) return { pauseMs: phase.looksAgain };
        if (phase !== undefined) {
          return { report: { verdict: 'gone', nodes: last(), clusterPhase: phase.gone }, pauseMs: 0 };
        }
        if (decision === undefined) throw new Error('the service shows the cluster, and not its nodes');
        failures = 0;
        if (decision.own.length > 0) doubt = undefined;
        const nodes = await describe(decision);
        shown.see(nodes, sequence());
        if (decision.verdict !== 'wait') return { report: reportOf(decision, nodes), pauseMs: 0 };
        return { pauseMs: decision.isDoubtful ? confirmationMs() : pauseMs(pace(), 0) };
      } catch (error) {
        signal.throwIfAborted();
        return { pauseMs: countFailure(error) };
      }
    }

    /** `undefined` if the service does not know the cluster at the moment. */
    async function lookAtNodes(): Promise<NodesDecision | undefined> {
      try {
        const seen = await listNodes(cce, clusterID, signal);
        const decision = decideNodes(state, seen, input, Date.now(), {
          shortestMs: 0.9 * confirmationMs(),
          longestLagMs,
        });
        ({ state } = decision);
        return decision;
      } catch (error) {
        if (error instanceof CceApiError && error.kind === 'notFound') return undefined;
        throw error;
      }
    }

    /** `undefined` if the cluster is there. */
    async function lookAtCluster(): Promise<{ gone: string } | { looksAgain: number } | undefined> {
      const clusterPhase = await readPhase(cce, clusterID, signal);
      if (clusterPhase !== 'absent' && phaseDuringCreate(clusterPhase) !== 'deleted') {
        doubt = undefined;
        return undefined;
      }
      const nowMs = Date.now();
      doubt = doubtAfter(doubt, clusterPhase, nowMs);
      if (isConfirmed(doubt, false, pace(), nowMs)) return { gone: clusterPhase };
      return { looksAgain: confirmationPauseMs(doubt, false, pace()) };
    }

    async function describe({ counts, failed }: NodesDecision): Promise<ClusterNodes> {
      const described = await failedNodes.describe(failed);
      return {
        ...counts,
        ...(replaced.length > 0 && { replaced: replaced.length }),
        ...(described.length > 0 && { failedNodes: described, reasons: reasonsOf(described) }),
      };
    }

    function reportOf({ verdict, own, others, failed }: NodesDecision, nodes: ClusterNodes): NodesReport {
      if (verdict === 'wait') throw new TypeError('the watch goes on');
      const failedIDs = failed.map(({ cceInstanceID }) => cceInstanceID);
      return {
        verdict,
        nodes: fitNodes(nodes),
        ...(verdict === 'unseen' && { shown: own.length }),
        ...(namesNodes && { own, others, failedIDs }),
      };
    }

    /** What was last seen, before the cluster disappeared. */
    function last(): ClusterNodes {
      const seen = shown.nodes();
      return seen !== undefined
        ? fitNodes(seen)
        : { wanted: input.wanted, ready: 0, beingMade: input.wanted, failed: 0 };
    }

    function countFailure(error: unknown): number {
      failures++;
      const message = error instanceof Error ? error.message : String(error);
      log.warn('a look at the nodes of a cluster failed', { clusterID, error, consecutiveFailures: failures });
      if (failures >= failureBudget) {
        throw ApplicationFailure.nonRetryable(
          `the nodes of ${clusterID} could not be read ${failures} times in a row; the last time: ${message}`,
          'WatchBudgetExhausted',
        );
      }
      if (failures >= failuresWorthShowing) shown.miss({ failures, message }, sequence());
      const askedForMs = error instanceof CceApiError ? (honouredPauseSeconds(error) ?? 0) * 1000 : 0;
      return Math.max(pauseMs(pace(), failures), askedForMs);
    }

    function sequence(): ReportSequence {
      return [info.scheduledTimestampMs, info.attempt, looks];
    }
  };

  /** Those that watch nodes share the budget with those that watch clusters. */
  function pace(): Pace {
    return {
      pollIntervalMs,
      watches: phases.followers(),
      ratePerSecond: budget.ratePerSecond(),
      longestLagMs,
    };
  }

  /** The pause before a look that is to confirm the one before. */
  function confirmationMs(): number {
    return Math.min(3_000, pollIntervalMs);
  }
}

const failuresWorthShowing = 3;

/** As in `watchCluster`: half of what the SDK leaves between two heartbeats that it sends. */
const heartbeatIntervalMs = 7_000;
