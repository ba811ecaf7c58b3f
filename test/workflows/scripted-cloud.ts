import { activityInfo } from '@temporalio/activity';
import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { withCallFailures } from '../../activities/call-failure.ts';
import type { Activities } from '../../activities/index.ts';
import type { Observation } from '../../activities/observe-cluster.ts';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import { phaseDuringCreate, phaseDuringDelete, type ClusterPhase } from '../../cce/phases.ts';
import { currentStepQuery, stepChangedSignal, type Step, type WatchGoal } from '../../workflows/messages.ts';

/** A cluster as the cloud keeps it. */
export interface CloudCluster {
  clusterID: string;
  clusterPhase: ClusterPhase;
  description: string;
  createdAt: string;
  /** How many looks do not show it yet. */
  hiddenLooks: number;
  /** What its creation ends in; `never`: it goes on and on. */
  becomes: ClusterPhase | 'absent' | 'never';
  /** What comes of each DELETE; the last holds for all further ones. */
  deletions: ('gone' | 'delete_failed' | 'never' | CceApiError)[];
  /** Of the last DELETE that was accepted. */
  deletedWith?: DeleteClusterOptions;
}

/** What becomes of a create request. */
export interface PostScript {
  /** How many clusters it makes; 2 for a gateway that delivers it twice. */
  makes: number;
  /** `workerLost`: the attempt says nothing until its time limit is over. */
  answer: 'given' | 'workerLost' | CceApiError | CceNetworkError;
}

/** What the workflow is about to be told, by its activities' names and counted from 1; `step`: by a watch. */
export type Moment = `${'look' | 'post' | 'step' | 'delete' | 'leaving'} ${number}` | 'start' | 'end';

export interface CloudScript {
  /** What is there before, oldest first. */
  clusters?: Partial<CloudCluster>[];
  /** For each create request, in order; further ones are answered. */
  posts?: PostScript[];
  /** For each cluster that a request makes, in order. */
  made?: Partial<CloudCluster>[];
  invalid?: ApplicationFailure;
  /** What happens at a moment, before the workflow learns what the moment brings. */
  moments?: { [moment in Moment]?: (workflow: WorkflowHandle, cloud: ScriptedCloud) => unknown };
}

type StubbedActivities = Pick<
  Activities,
  'validateCluster' | 'compareSpec' | 'findClusters' | 'submitCluster' | 'watchCluster' | 'deleteCluster'
>;

export interface ScriptedCloud {
  activities: StubbedActivities;
  /** Lets a moment happen that no activity brings about. */
  reach: (moment: 'start' | 'end', workflow: WorkflowHandle) => Promise<void>;
  /** A request that was sent long ago takes effect. */
  makeLate: () => void;
  cluster: (clusterID: string) => CloudCluster | undefined;
  /** The IDs of the clusters that are not gone, oldest first. */
  left: () => string[];
  /** How many create and delete calls arrived. */
  calls: { posts: number; deletes: number };
}

export interface CloudSurroundings {
  client: WorkflowClient;
  /** Lets the server's time pass, so that it gives up the attempt that asks. */
  passTime: (seconds: number) => Promise<void>;
}

/** A cloud that does what its script says: what a test asserts is what is left in it. */
export function scriptedCloud(script: CloudScript, { client, passTime }: CloudSurroundings): ScriptedCloud {
  const clusters = new Map<string, CloudCluster>();
  const reached = new Map<string, number>();
  const calls = { posts: 0, deletes: 0 };
  let lastDescription = '';
  let made = 0;
  for (const [index, cluster] of (script.clusters ?? []).entries()) add(`cce-before-${index + 1}`, cluster);

  const activities: StubbedActivities = {
    async validateCluster() {
      if (script.invalid !== undefined) throw script.invalid;
    },
    async compareSpec() {
      return ['cluster.k8sVersion'];
    },
    async findClusters() {
      await reach('look');
      const visible = [...clusters.values()].filter((cluster) => cluster.hiddenLooks-- <= 0);
      return visible.map(({ clusterID, clusterPhase, description, createdAt }) => ({
        clusterID,
        clusterPhase,
        description,
        createdAt,
      }));
    },
    async submitCluster({ request }) {
      const { makes, answer } = script.posts?.[calls.posts] ?? posts.answered;
      calls.posts++;
      lastDescription = request.cluster.description ?? '';
      const [clusterID = ''] = Array.from({ length: makes }, make);
      await reach('post');
      if (answer === 'workerLost') await passTime(100);
      if (answer instanceof Error) return withCallFailures(() => Promise.reject(answer));
      return { clusterID, requestID: `request-${calls.posts}` };
    },
    async watchCluster({ clusterID, goal }) {
      const cluster = clusters.get(clusterID);
      if (cluster === undefined) return { clusterPhase: 'absent', steps: [] };
      return goal === 'running' ? watchCreation(cluster) : watchDeletion(cluster);
    },
    async deleteCluster({ clusterID, options }) {
      calls.deletes++;
      const cluster = clusters.get(clusterID);
      if (cluster === undefined) return { alreadyGone: true };
      const [refusal] = cluster.deletions;
      if (refusal instanceof Error) return withCallFailures(() => Promise.reject(refusal));
      cluster.clusterPhase = 'deleting';
      cluster.deletedWith = options;
      await reach('delete');
      return { alreadyGone: false, requestID: `delete-${calls.deletes}` };
    },
  };

  async function watchCreation(cluster: CloudCluster): Promise<Observation> {
    if (cluster.clusterPhase === 'pending') {
      cluster.clusterPhase = 'provisioning';
      await report(cluster, 'running', stepsOfCreation('provisioning'));
      await reach('step');
      // A clean-up may have come in between.
      if (cluster.clusterPhase === 'provisioning' && cluster.becomes !== 'never') turn(cluster, cluster.becomes);
    }
    return observed(cluster, phaseDuringCreate, stepsOfCreation(cluster.clusterPhase));
  }

  async function watchDeletion(cluster: CloudCluster): Promise<Observation> {
    await report(cluster, 'gone', stepsOfDeletion('deleting'));
    await reach('leaving');
    const [ending = 'gone', ...later] = cluster.deletions;
    if (typeof ending === 'string' && ending !== 'never') {
      turn(cluster, ending === 'gone' ? 'absent' : ending);
      if (later.length > 0) cluster.deletions = later;
    }
    return observed(cluster, phaseDuringDelete, stepsOfDeletion(cluster.clusterPhase));
  }

  /** What a watch returns; one that has nothing to return yet is tried again, for time stands still while it runs. */
  function observed(
    { clusterID, clusterPhase }: CloudCluster,
    meaning: (phase: ClusterPhase) => string,
    steps: Step[],
  ): Observation {
    if (!clusters.has(clusterID)) return { clusterPhase: 'absent', steps: [] };
    if (meaning(clusterPhase) !== 'waiting') return { clusterPhase, steps };
    throw ApplicationFailure.create({ type: 'NothingNew', nextRetryDelay: '5 minutes' });
  }

  function turn(cluster: CloudCluster, phase: ClusterPhase | 'absent'): void {
    if (phase === 'absent') clusters.delete(cluster.clusterID);
    else cluster.clusterPhase = phase;
  }

  async function report({ clusterID, clusterPhase }: CloudCluster, goal: WatchGoal, steps: Step[]): Promise<void> {
    await ownWorkflow().signal(stepChangedSignal, { clusterID, goal, phase: clusterPhase, steps });
  }

  async function reach(kind: string): Promise<void> {
    const count = (reached.get(kind) ?? 0) + 1;
    reached.set(kind, count);
    const action = script.moments?.[`${kind} ${count}` as Moment];
    if (action === undefined) return;
    const workflow = ownWorkflow();
    await action(workflow, cloud);
    // Answered only when the workflow has seen all signals: what comes next never overtakes them.
    await workflow.query(currentStepQuery);
  }

  function ownWorkflow(): WorkflowHandle {
    const { workflowId, runId } = activityInfo().workflowExecution!;
    return client.getHandle(workflowId, runId);
  }

  function make(): string {
    const clusterID = `cce-made-${made + 1}`;
    add(clusterID, { description: lastDescription, clusterPhase: 'pending', ...script.made?.[made] });
    made++;
    return clusterID;
  }

  function add(clusterID: string, cluster: Partial<CloudCluster>): void {
    clusters.set(clusterID, {
      clusterID,
      clusterPhase: 'running',
      description: '',
      createdAt: `2026-01-01T00:00:0${clusters.size}Z`,
      hiddenLooks: 0,
      becomes: 'running',
      deletions: ['gone'],
      ...cluster,
    });
  }

  const cloud: ScriptedCloud = {
    activities,
    reach: async (moment, workflow) => {
      await script.moments?.[moment]?.(workflow, cloud);
    },
    makeLate: () => void make(),
    cluster: (clusterID) => clusters.get(clusterID),
    left: () => [...clusters.values()].filter((each) => each.clusterPhase !== 'deleted').map((each) => each.clusterID),
    calls,
  };
  return cloud;
}

const createCall = { method: 'POST', path: '/v2/cluster' };
const lost = new CceNetworkError({ ...createCall, message: 'the connection broke', possiblyReceived: true });

/** A call that the service refuses for good, or with a status of 429 for now. */
export function refusal(httpStatus: number, code: string): CceApiError {
  return new CceApiError({ ...createCall, code, message: 'no', httpStatus, requestID: 'refusal-1' });
}

export const posts = {
  answered: { makes: 1, answer: 'given' },
  lostBeforeEffect: { makes: 0, answer: lost },
  lostAfterEffect: { makes: 1, answer: lost },
  deliveredTwice: { makes: 2, answer: lost },
  workerLostBeforeEffect: { makes: 0, answer: 'workerLost' },
  workerLostAfterEffect: { makes: 1, answer: 'workerLost' },
  throttled: { makes: 0, answer: refusal(429, 'RequestLimitExceeded') },
  overQuota: { makes: 0, answer: refusal(400, 'cce.warning.ExceedQuota') },
} as const satisfies Record<string, PostScript>;

/** Two steps; the second fails where the creation does. */
export function stepsOfCreation(phase: ClusterPhase): Step[] {
  const certificates = { name: 'certificates', index: 1, total: 2, retryCount: 1 };
  const masters = { name: 'masters', index: 2, total: 2, retryCount: 1 };
  if (phase === 'provisioning') return [{ ...certificates, status: 'doing' }, { ...masters, status: 'todo' }];
  if (phase !== 'create_failed') return [certificates, masters].map((step) => ({ ...step, status: 'done' }));
  const error = { code: 'NoStock', message: 'sold out', suggestion: 'take another zone', traceID: 'trace-1' };
  return [{ ...certificates, status: 'done' }, { ...masters, status: 'failed', error }];
}

function stepsOfDeletion(phase: ClusterPhase): Step[] {
  const status = phase === 'delete_failed' ? 'failed' : 'doing';
  return [{ name: 'machines', index: 1, total: 1, retryCount: 1, status }];
}
