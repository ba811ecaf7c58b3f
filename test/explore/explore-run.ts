import { createRandom } from '../../simulator/random.ts';
import type { BatchOutcome, FailurePolicy, OperationStatus } from '../../client/index.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { drawConditions, drawFate, type Aim } from './conditions.ts';
import type { Draws } from './draws.ts';
import { createNetwork } from './network.ts';
import type { Message } from './messages.ts';
import { batchName, teardownBatch } from './people-actions.ts';
import type { Asked, CreateWishes } from './asked.ts';
import { createPeople } from './people.ts';
import { createService } from './service.ts';
import type { LogEntry, ServiceCluster } from './service-log.ts';
import { callOf } from './service-wire.ts';
import { stageOf } from './stage.ts';
import { status, type Run } from './temporal/model.ts';
import type { Sandbox } from './temporal/sandbox.ts';
import { createVirtualTime, liveIn } from './temporal/virtual-time.ts';
import { drawWants, type Want } from './wants.ts';
import { createWorld, fetchFrom, workers } from './world.ts';

/** Everything that the oracle judges by. */
export interface RunRecord {
  wishes: CreateWishes;
  asked: Asked[];
  log: readonly LogEntry[];
  clusters: ServiceCluster[];
  /** The last status that somebody who watches an operation sees. */
  operations: OperationStatus[];
  /** The batches, with what people were told at the end. */
  batches: Batch[];
  /** The runs that searched for orphans. */
  reconciles: string[];
  /** What still has not ended, and why if that is known. */
  stuck: { workflowID: string; runID: string; why?: string }[];
  /** What happened, for people. */
  story: string[];
  /** Pairs of what came together, for the coverage. */
  pairs: Set<string>;
}

export interface Batch {
  name: string;
  /** The first run of its chain. */
  runID: string;
  policy: FailurePolicy;
  /** How many items may be under way at once, unless somebody changes it. */
  concurrency: number;
  outcome?: BatchOutcome;
}

/** After this time nothing bad happens any more: everything must come to an end. */
const calmAfterMs = 3 * 3_600_000;
const longestMs = 5 * 24 * 3_600_000;
/** A batch that waits for a lease looks once a second. */
const mostSteps = 100_000;
const startMs = Date.UTC(2026, 0, 1);
const scope = { account: 'explored', region: 'bj' };
const clusterNames = ['explored', 'explored-2', 'explored-3'] as const;

interface Surroundings {
  sandbox: Sandbox;
  draws: Draws;
  /** A pair that this run is to bring about, if it can. */
  aim?: string;
}

/** Explores one history: people who want a cluster or none, a service and workers that fail. */
export async function exploreRun({ sandbox, draws, aim: pair }: Surroundings): Promise<RunRecord> {
  const story: string[] = [];
  const pairs = new Set<string>();
  const time = createVirtualTime(startMs);
  const random = createRandom('the same in all runs');
  const { nowMs } = time;

  const [what = '', when = ''] = pair?.split(' × ') ?? [];
  const aim: Aim | undefined = pair === undefined ? undefined : { what, when };
  const conditions = drawConditions(pick, startMs, aim);
  const { badness, wishes } = conditions;
  const service = createService({
    nowMs,
    hasUniqueNames: conditions.hasUniqueNames,
    nextFate: () => drawFate(pick, conditions),
  });
  const world = createWorld({
    scope,
    sandbox,
    time,
    delays: {
      task: () => [0, 40, 3_000][pick([10, 2, 0.3 * badness])]!,
      attempt(type) {
        const { longestTurnMs } = conditions;
        const hasTurn = longestTurnMs > 0 && ['submitCluster', 'deleteCluster'].includes(type);
        const turnMs = hasTurn ? [0, longestTurnMs / 3, longestTurnMs][pick([1, 1, 1])]! : 0;
        return turnMs + [0, 100, 8_000][pick([10, 2, 0.3 * badness])]!;
      },
    },
    rpcDelayMs: () => [0, 30, 2_500][pick([10, 2, 0.3 * badness])]!,
    longHistory: conditions.longHistory,
    pollIntervalMs: conditions.pollIntervalMs,
    nextWorker: () => pick(Array.from({ length: workers }, () => 1)),
  });
  const { temporal } = world;
  const network = createNetwork({
    time,
    pick,
    conditions,
    aim,
    service,
    loseWorker: world.loseWorker,
    firstRunOf: (runID) => temporal.runs.find((run) => run.runID === runID)?.firstRunID ?? '',
    onRequest(request, how, lastsMs) {
      pairs.add(`${how} × ${callOf(request)}`);
      const { activity, method, path } = request;
      tell(`${activity}: ${method} ${path} ${how}${lastsMs > 40 ? ` in ${lastsMs / 1000} s` : ''}`);
    },
  });
  liveIn({ time, random: random.next, fetch: fetchFrom(network) });
  const people = createPeople({
    client: world.client,
    scope,
    clusterNames,
    wishes,
    batch: conditions.batch,
    service,
    world,
    taskOf: (tasks) => [tasks - 1, 0, Math.floor(tasks / 2)][pick([2, 1, 1])]!,
    nowMs,
  });
  const wants = drawWants(pick, conditions, aim);
  let lastStage = '';
  let steps = 0;

  if (pick([6, 1]) === 1) ask(pick([1, 1]) === 0 ? 'makeInConsole' : 'makeElsewhere', 'start');
  const first = conditions.hasBatch ? (['batch', 'create'] as const)[pick([2, 1])]! : 'create';
  ask(first, 'start');
  if (conditions.hasBatch && (first === 'create' || pick([1, 1]) === 1))
    ask(first === 'create' ? 'batch' : 'create', 'start');
  for (const want of wants.filter(({ stage }) => stage === undefined)) {
    const afterMs = [0, 400, 2_500, 10_000, 45_000, 100_000, 320_000, 900_000, 3_500_000];
    time.after(afterMs[pick(afterMs.map(() => 1))]!, () => send(want));
  }
  if (conditions.deployMs < Infinity) time.after(conditions.deployMs, deploy);
  await time.settle();
  for (;;) {
    const stage = stageOf(temporal);
    if (stage !== lastStage) noticeStage(stage);
    lastStage = stage;
    steps++;
    const isOver = stage === 'nothing' && wants.length === 0 && !people.isWaiting();
    if (isOver || nowMs() > startMs + longestMs || steps > mostSteps) break;
    if (temporal.runs.some(({ broken }) => broken !== undefined)) break;
    if (stage === 'nothing' && !people.isWaiting()) {
      const [next] = wants;
      if (next !== undefined) send(next);
      await time.settle();
    }
    if (time.nextAtMs() === Infinity) break;
    await time.step();
  }
  try {
    return await conclude();
  } finally {
    await world.end();
    liveIn(undefined);
  }

  function pick(weights: readonly number[]): number {
    const isCalm = nowMs() > startMs + calmAfterMs;
    return draws.draw(isCalm ? weights.map((_, index) => (index === 0 ? 1 : 0)) : weights);
  }

  function tell(what: string): void {
    story.push(`${((nowMs() - startMs) / 1000).toFixed(1)} s: ${what}`);
  }

  function noticeStage(stage: string): void {
    for (const want of wants.filter((each) => each.stage === stage)) {
      if (want.skip-- > 0) continue;
      const afterMs = [0, 5, 1_500, 20_000][pick(want.isSoon === true ? [3, 2] : [3, 2, 1, 1])]!;
      delete want.stage;
      time.after(afterMs, () => send(want));
    }
  }

  function deploy(): void {
    if (nowMs() > startMs + calmAfterMs) return;
    for (let worker = 0; worker < workers; worker++) {
      if (pick([1, 1]) === 0) world.replaceWorker(worker);
      else world.loseWorker(worker);
    }
    time.after(conditions.deployMs, deploy);
  }

  function send(want: Want): void {
    if (!wants.includes(want)) return;
    wants.splice(wants.indexOf(want), 1);
    ask(want.message, stageOf(temporal));
    if (want.next === undefined) return;
    const next: Want = { message: want.next, skip: 0 };
    wants.push(next);
    time.after([0, 400, 5_000, 30_000, 200_000][pick([1, 1, 2, 2, 1])]!, () => send(next));
  }

  function ask(message: Message, stage: string): void {
    pairs.add(`${message} × ${stage}`);
    tell(`somebody: ${message} (${stage})`);
    people.ask(message, stage);
  }

  async function conclude(): Promise<RunRecord> {
    const open = temporal.runs.filter((run) => run.status === status.running);
    const stuck = open.map(({ workflowID, firstRunID, broken }) => ({
      workflowID,
      runID: firstRunID,
      ...(broken !== undefined && { why: broken }),
    }));
    for (const run of open) temporal.close(run, { status: status.terminated });
    const operations: OperationStatus[] = [];
    const batches: RunRecord['batches'] = [];
    for (const run of temporal.runs.filter(isLast)) {
      const { workflowID, runID, firstRunID, type } = run;
      if (type === workflowTypes.clusterBatch) {
        const name = workflowID.split(':').at(-1)!;
        const { policy, concurrency } = name === batchName ? conditions.batch : teardownBatch;
        const outcome =
          run.status === status.completed
            ? await drive(() => world.client.workflow.getHandle(workflowID, runID).result() as Promise<BatchOutcome>)
            : undefined;
        batches.push({ name, runID: firstRunID, policy, concurrency, ...(outcome !== undefined && { outcome }) });
        continue;
      }
      const last = await drive(async () => {
        for await (const each of people.orchestrator.watch({ workflowID, runID })) {
          if (each.execution !== 'running') return each;
        }
        return undefined;
      });
      if (last !== undefined) operations.push({ ...last, runID: firstRunID });
    }
    // What is being deleted will be gone.
    service.settleForGood();
    const clusters = [...service.clusters.values()];
    const reconciles = temporal.runs.flatMap(({ type, firstRunID }) =>
      type === workflowTypes.reconcileClusters ? [firstRunID] : [],
    );
    const { asked } = people;
    return { wishes, asked, log: service.log, clusters, operations, batches, reconciles, stuck, story, pairs };
  }

  /** Lets time pass until something is done. */
  async function drive<Result>(work: () => Promise<Result>): Promise<Result> {
    let isDone = false;
    const result = work().finally(() => (isDone = true));
    result.catch(() => {});
    await time.settle();
    while (!isDone && time.nextAtMs() < Infinity) await time.step();
    if (!isDone) throw new Error(`nobody is told how it ended: ${story.join('; ')}`);
    return result;
  }
}

/** Whether a run is the last of its chain, and people are told how it ended. */
function isLast(run: Run): boolean {
  const { createCluster, deleteCluster, clusterBatch } = workflowTypes;
  const isTold = ([createCluster, deleteCluster, clusterBatch] as string[]).includes(run.type);
  return isTold && run.status !== status.continuedAsNew;
}
