import { activityInfo } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { withCallFailures } from '../../activities/api/call-failure.ts';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { validateCluster } from '../../activities/create/validate-cluster.ts';
import { objectionOfNodes } from '../../activities/delete/objection-of-nodes.ts';
import { objectionTo } from '../../activities/delete/objection-to.ts';
import type { DeleteOrder, DeleteReason } from '../../contract/delete-order.ts';
import type { Activities } from '../../activities/index.ts';
import type { Observation } from '../../activities/watch/observation.ts';
import type { Cluster, DeleteClusterOptions } from '../../cce/cluster.ts';
import { phaseDuringCreate, phaseDuringDelete, type ClusterPhase } from '../../cce/phases.ts';
import type { Step, WatchGoal } from '../../contract/current-step.ts';
import { currentStepQuery, stepChangedSignal } from '../../contract/messages.ts';
import { reasonsOf } from '../../contract/nodes.ts';
import { partialClient } from '../partial-client.ts';
import {
  posts,
  stepsOfCreation,
  stepsOfDeletion,
  type CloudCluster,
  type CloudScript,
  type MomentAction,
  type MomentKind,
} from './cloud-script.ts';

/** The activities of creates and deletes, on a cloud that follows a script. */
export interface ScriptedCloud {
  activities: Pick<
    Activities,
    | 'validateCluster'
    | 'compareSpec'
    | 'findClusters'
    | 'submitCluster'
    | 'watchCluster'
    | 'watchNodes'
    | 'addNodes'
    | 'deleteFailedNodes'
    | 'lookAtCluster'
    | 'deleteCluster'
  >;
  /** The IDs of the clusters that still exist, in the order of their creation. */
  left: () => string[];
  phaseOf: (clusterID: string) => ClusterPhase | undefined;
  /** The number of create calls that arrived. */
  posts: () => number;
  /** The delete calls that arrived, including refused ones. */
  deletes: { clusterID: string; options: DeleteClusterOptions; reason: DeleteReason }[];
  /** The IDs of the nodes that were deleted alone. */
  deletedNodes: string[];
  /** The IDs of the nodes that the last watch took for those of somebody else. */
  foreignNodes: string[];
  /** How many nodes each request that took effect or got lost asked for. */
  nodeRequests: number[];
  /** When each of these deletions began, as the workflow says. */
  deletesSince: (number | undefined)[];
  /** Waits until nothing happens any more: what an action began may outlive the workflow. */
  settled: () => Promise<unknown>;
}

/** What a scripted cloud needs from its test. */
export interface Surroundings {
  workflowHandle: (workflowID: string, runID: string) => WorkflowHandle;
  /** Lets the server's time pass while an activity waits, until the server gives up on the activity. */
  passTime: (seconds: number) => Promise<void>;
  /** Shuts the main worker down; the next one starts when the running calls have been answered. */
  deploy: () => Promise<void>;
}

/** The cluster as the service shows it. All clusters of a cloud have the name that the test is about. */
function shownAs(cluster: CloudCluster, order: DeleteOrder): Cluster {
  const { clusterPhase, description, forbidDelete } = cluster;
  const clusterName = 'clusterName' in order ? order.clusterName : 'any';
  return { spec: { clusterName, description, forbidDelete }, status: { clusterPhase } } as Cluster;
}

const nothingNew = () => ApplicationFailure.create({ type: 'NothingNew', nextRetryDelay: '5 minutes' });

/** The secrets that the references in a request point to. */
const secrets: Record<string, string> = { CCE_ADMIN_PASSWORD: 'test123!T', CCE_WEAK_PASSWORD: 'weak' };

export function scriptedCloud(script: CloudScript, surroundings: Surroundings): ScriptedCloud {
  const clusters = new Map<string, CloudCluster & { createdAt: string }>();
  const deletes: ScriptedCloud['deletes'] = [];
  const deletesSince: ScriptedCloud['deletesSince'] = [];
  const counts = new Map<MomentKind, number>();
  const happening = new Set<Promise<void>>();
  let looks = 0;
  let joins = 0;
  let additions = 0;
  let removals = 0;
  const ownNodeIDs = new Set<string>();
  const deletedNodes: string[] = [];
  const foreignNodes: string[] = [];
  const nodeRequests: number[] = [];
  let sent = 0;
  let made = 0;
  let lastDescription = '';

  /** All nodes that a create asked for: those that run at last, and the others, which failed. */
  function nodesAtLast(order: DeleteOrder) {
    const { nodesAtLast: running = 0 } = script;
    const totalCount = 'nodes' in order ? order.nodes.wanted : 0;
    const instanceList = Array.from({ length: totalCount }, (_, index) => ({
      spec: { cceInstanceID: `node-${index}`, clusterRole: 'node' },
      status: { instancePhase: index < running ? 'running' : 'create_failed' },
    }));
    return partialClient({
      listInstances: async () => ({ instancePage: { totalCount, instanceList }, requestID: 'instances' }),
    });
  }

  for (const [index, cluster] of (script.clusters ?? []).entries()) add(`cce-before-${index + 1}`, cluster);

  function add(clusterID: string, cluster: Partial<CloudCluster>): void {
    const order = String(clusters.size).padStart(2, '0');
    clusters.set(clusterID, {
      clusterPhase: 'running',
      description: '',
      hiddenLooks: 0,
      shownLooks: Infinity,
      becomes: 'running',
      deletions: ['absent'],
      looks: [],
      ...cluster,
      createdAt: `2026-01-01T00:00:${order}Z`,
    });
  }

  function make(): string {
    const clusterID = `cce-made-${made + 1}`;
    add(clusterID, { description: lastDescription, clusterPhase: 'pending', ...script.made?.[made] });
    made++;
    return clusterID;
  }

  /** A deleted cluster keeps its place in the order. */
  function phaseOf(clusterID: string): ClusterPhase {
    return clusters.get(clusterID)?.clusterPhase ?? 'absent';
  }

  const activities: ScriptedCloud['activities'] = {
    // The real activity, since it calls no cloud.
    validateCluster: validateCluster({ secrets: { env: (name) => secrets[name], file: (path) => secrets[path] } }),
    async compareSpec() {
      return withCallFailures(async () => {
        if (script.incomparable !== undefined) throw script.incomparable;
        return ['cluster.k8sVersion'];
      });
    },
    async findClusters() {
      const look = script.looks?.[looks++];
      await reach('look');
      if (look instanceof Error) return withCallFailures(() => Promise.reject(look));
      for (const cluster of clusters.values()) if (cluster.shownLooks-- <= 0) cluster.clusterPhase = 'absent';
      return [...clusters]
        .filter(([, cluster]) => cluster.clusterPhase !== 'absent' && cluster.hiddenLooks-- <= 0)
        .map(([clusterID, { clusterPhase, description, createdAt }]) => ({
          clusterID,
          clusterPhase,
          description,
          createdAt,
        }));
    },
    async submitCluster({ request, lookFirst, knownClusterID, isKnownLookedFor = false }) {
      const { clusterName } = request.cluster;
      const found = lookFirst === true ? await activities.findClusters({ clusterName }) : [];
      const isUnseen = knownClusterID !== undefined && found.every(({ clusterID }) => clusterID !== knownClusterID);
      const knownIsUnseen = lookFirst === true && isUnseen && !isKnownLookedFor;
      if (found.length > 0 || knownIsUnseen) {
        const { isBeingDeleted } = clusters.get(found[0]?.clusterID ?? '') ?? {};
        const seen = isBeingDeleted ? found.map((one) => ({ ...one, isBeingDeleted })) : found;
        return { found: seen, ...(knownIsUnseen && { knownIsUnseen }) };
      }
      const { makes, answer } = script.posts?.[sent] ?? posts.answered;
      const requestID = `request-${++sent}`;
      lastDescription = request.cluster.description ?? '';
      const [clusterID = ''] = Array.from({ length: makes }, make);
      await reach('post');
      if (answer === 'workerLost') await surroundings.passTime(91);
      if (answer instanceof Error) return withCallFailures(() => Promise.reject(answer));
      return { clusterID, requestID };
    },
    async watchCluster({ clusterID, goal, deletionAccepted = true }) {
      const cluster = clusters.get(clusterID);
      if (cluster === undefined || cluster.clusterPhase === 'absent') return { clusterPhase: 'absent', steps: [] };
      if (!deletionAccepted) return { clusterPhase: cluster.clusterPhase, steps: [] };
      return goal === 'running' ? watchCreation(clusterID, cluster) : watchDeletion(clusterID, cluster);
    },
    async watchNodes({ wanted, replaced = [], foreign = [], namesNodes }) {
      foreignNodes.splice(0, Infinity, ...foreign);
      if (joins === 0) for (let index = 0; index < wanted; index++) ownNodeIDs.add(`node-${'abcdefgh'[index]}`);
      const nodes = script.nodes ?? [{ verdict: 'ready' }];
      const report = nodes[Math.min(joins++, nodes.length - 1)];
      await reach('join');
      if (report === undefined || report === 'never') throw nothingNew();
      if (report instanceof ApplicationFailure) throw report;
      const { verdict, ready = verdict === 'ready' ? wanted : 0, failedNodes = [], clusterPhase, shown } = report;
      const failed = failedNodes.length;
      const counts = { wanted, ready, failed, beingMade: wanted - ready - failed };
      const reasons = failed > 0 && { failedNodes, reasons: reasonsOf(failedNodes) };
      const failedIDs = failedNodes.map(({ cceInstanceID }) => cceInstanceID);
      const named = namesNodes && { own: [...ownNodeIDs], others: [], failedIDs };
      const nodesSeen = { ...counts, ...reasons, ...(replaced.length > 0 && { replaced: replaced.length }) };
      return {
        verdict,
        nodes: nodesSeen,
        ...named,
        ...(clusterPhase !== undefined && { clusterPhase }),
        ...(shown !== undefined && { shown }),
      };
    },
    async deleteFailedNodes({ instanceIDs }) {
      const fate = script.removals?.[removals++] ?? 'accepted';
      if (fate instanceof CceApiError) return withCallFailures(() => Promise.reject(fate));
      if (fate === 'absent') return { deleted: [], absent: [...instanceIDs] };
      deletedNodes.push(...instanceIDs);
      for (const id of instanceIDs) ownNodeIDs.delete(id);
      return { deleted: [...instanceIDs], absent: [] };
    },
    async addNodes({ wanted, known = [], replaced = [], most, onlyLooks, takesIn }) {
      const standing = [...ownNodeIDs].filter((id) => takesIn === true || known.includes(id));
      const seen = { standing, others: [...(script.addedByOthers ?? [])] };
      const missing = Math.min(wanted - new Set([...known, ...standing]).size, most);
      const fate = script.additions?.[additions] ?? 'answered';
      if (fate === 'leaving' || fate === 'failedAgain') {
        additions++;
        return { ...seen, waitsFor: [...replaced], ...(fate === 'failedAgain' && { failedAgain: [...replaced] }) };
      }
      if (onlyLooks && fate instanceof CceApiError && fate.method === 'GET') {
        additions++;
        return withCallFailures(() => Promise.reject(fate));
      }
      if (onlyLooks || missing <= 0) return { ...seen, requested: 0 };
      additions++;
      if (fate instanceof CceApiError) return withCallFailures(() => Promise.reject(fate));
      nodeRequests.push(missing);
      const added = Array.from({ length: missing }, (_, index) => `added-${nodeRequests.length}-${index}`);
      if (fate === 'answered' || fate === 'lostAfterEffect') for (const id of added) ownNodeIDs.add(id);
      if (fate === 'withoutIDs') return { ...seen, requested: missing, added: [] };
      if (fate !== 'answered') return withCallFailures(() => Promise.reject(posts.lostBeforeEffect.answer));
      return { ...seen, requested: missing, added };
    },
    async lookAtCluster({ clusterID }) {
      const cluster = clusters.get(clusterID);
      const [look, ...later] = cluster?.looks ?? [];
      if (cluster !== undefined) cluster.looks = later;
      if (look === 'unanswered') throw ApplicationFailure.nonRetryable('no answer');
      if (cluster !== undefined && look === 'gone') cluster.clusterPhase = 'absent';
      if (cluster !== undefined && look === 'leaving') cluster.clusterPhase = 'deleting';
      return { clusterPhase: look === 'denied' ? 'absent' : phaseOf(clusterID) };
    },
    async deleteCluster({ clusterID, options, order, sinceMs }) {
      const cluster = clusters.get(clusterID);
      const objection =
        cluster === undefined
          ? undefined
          : (objectionTo(order, shownAs(cluster, order)) ??
            (await objectionOfNodes(nodesAtLast(order), order, shownAs(cluster, order), new AbortController().signal)));
      if (objection !== undefined) return { alreadyGone: false, objection };
      deletes.push({ clusterID, options, reason: order.reason });
      deletesSince.push(sinceMs);
      if (cluster === undefined || cluster.clusterPhase === 'absent') return { alreadyGone: true };
      const [ending, ...later] = cluster.deletions;
      if (ending instanceof CceApiError) {
        if (later.length > 0) cluster.deletions = later;
        await reach('delete');
        if (ending.kind === 'notFound') return { alreadyGone: true };
        return withCallFailures(() => Promise.reject(ending));
      }
      cluster.clusterPhase = 'deleting';
      await reach('delete');
      return { alreadyGone: false, requestID: `delete-${deletes.length}` };
    },
  };

  async function watchCreation(clusterID: string, cluster: CloudCluster): Promise<Observation> {
    if (cluster.clusterPhase === 'pending') {
      cluster.clusterPhase = 'provisioning';
      await report(clusterID, 'running', stepsOfCreation('provisioning'));
      await reach('step');
      if (cluster.becomes instanceof Error) throw cluster.becomes;
      // A clean-up may have changed the phase meanwhile.
      if (phaseOf(clusterID) === 'provisioning' && cluster.becomes !== 'never') cluster.clusterPhase = cluster.becomes;
    }
    return observed(cluster.clusterPhase, phaseDuringCreate, stepsOfCreation(cluster.clusterPhase));
  }

  async function watchDeletion(clusterID: string, cluster: CloudCluster): Promise<Observation> {
    await report(clusterID, 'gone', stepsOfDeletion('deleting'));
    await reach('leaving');
    const [ending = 'absent', ...later] = cluster.deletions;
    if (later.length > 0) cluster.deletions = later;
    if (ending instanceof ApplicationFailure) throw ending;
    if (!(ending instanceof Error) && ending !== 'never') cluster.clusterPhase = ending;
    return observed(cluster.clusterPhase, phaseDuringDelete, stepsOfDeletion(cluster.clusterPhase));
  }

  /** The result of a watch. A watch without news fails and is retried, since time stands still while it runs. */
  function observed(clusterPhase: ClusterPhase, meaning: (phase: ClusterPhase) => string, steps: Step[]): Observation {
    if (clusterPhase === 'absent') return { clusterPhase, steps: [] };
    if (meaning(clusterPhase) !== 'waiting') return { clusterPhase, steps };
    throw nothingNew();
  }

  async function report(clusterID: string, goal: WatchGoal, steps: Step[]): Promise<void> {
    await ownWorkflow().signal(stepChangedSignal, { clusterID, goal, phase: phaseOf(clusterID), steps });
  }

  async function reach(kind: MomentKind): Promise<void> {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const moment = `${kind} ${count}` as const;
    const happens = happen(ownWorkflow(), script.moments?.[moment], script.deployAt === moment);
    happening.add(happens);
    await happens.finally(() => happening.delete(happens));
  }

  async function happen(workflow: WorkflowHandle, action: MomentAction | undefined, isDeploy: boolean): Promise<void> {
    // A query is answered after the workflow has handled everything sent before.
    const seen = () => workflow.query(currentStepQuery);
    if (isDeploy) {
      // A worker that shuts down while it works would keep the next one waiting.
      await seen();
      await surroundings.deploy();
    }
    await action?.(workflow, make);
    // Otherwise the result of the call might overtake the message.
    if (action !== undefined && !isDeploy) await seen();
  }

  function ownWorkflow(): WorkflowHandle {
    const { workflowId, runId } = activityInfo().workflowExecution!;
    return surroundings.workflowHandle(workflowId, runId);
  }

  return {
    activities,
    left: () => [...clusters.keys()].filter((clusterID) => !['absent', 'deleted'].includes(phaseOf(clusterID))),
    phaseOf,
    posts: () => sent,
    deletes,
    deletesSince,
    deletedNodes,
    foreignNodes,
    nodeRequests,
    settled: () => Promise.all(happening),
  };
}
