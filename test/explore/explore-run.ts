import { createRandom } from '../../simulator/random.ts';
import type { OperationStatus } from '../../client/index.ts';
import { answersTo, type How } from './answers.ts';
import type { Draws } from './draws.ts';
import { createPeople, messages, type Asked, type CreateWishes, type Message } from './people.ts';
import { callOf, createService, type LogEntry, type ServiceCluster, type ServiceRequest } from './service.ts';
import { stageOf } from './stage.ts';
import { status, type Run } from './temporal/model.ts';
import type { Sandbox } from './temporal/sandbox.ts';
import { createVirtualTime, lives, liveIn } from './temporal/virtual-time.ts';
import { createWorld, fetchFrom, workers } from './world.ts';

/** Everything that the oracle judges by. */
export interface RunRecord {
  clusterName: string;
  wishes: CreateWishes;
  asked: Asked[];
  log: readonly LogEntry[];
  clusters: ServiceCluster[];
  /** The last status that somebody who watches an operation sees. */
  operations: OperationStatus[];
  /** What still has not ended, and why if that is known. */
  stuck: { workflowID: string; runID: string; why?: string }[];
  /** What happened, for people. */
  story: string[];
  /** Pairs of what came together, for the coverage. */
  pairs: Set<string>;
}

/** After this time nothing bad happens any more: everything must come to an end. */
const calmAfterMs = 3 * 3_600_000;
const longestMs = 5 * 24 * 3_600_000;
const mostSteps = 20_000;
const startMs = Date.UTC(2026, 0, 1);
const scope = { account: 'explored', region: 'bj' };
const clusterName = 'explored';

interface Surroundings {
  sandbox: Sandbox;
  draws: Draws;
  /** A pair that this run is to bring about, if it can. */
  aim?: string;
}

/** What somebody will ask for, and when: after a time, or when the product does something. */
interface Want {
  message: Message;
  stage?: string;
  /** How often the stage must have begun before. */
  skip: number;
}

/** Explores one history: people who want a cluster or none, a service and workers that fail. */
export async function exploreRun({ sandbox, draws, aim }: Surroundings): Promise<RunRecord> {
  const story: string[] = [];
  const pairs = new Set<string>();
  const time = createVirtualTime(startMs);
  const random = createRandom('the same in all runs');
  const { nowMs } = time;

  liveIn({ time, random: random.next, fetch: fetchFrom(receive) });
  const badness = [0, 0.3, 1, 3][pick([3, 3, 3, 1])]!;
  const wishes: CreateWishes = {
    timeoutSeconds: [3_600, 300][pick([3, 1])]!,
    ...([{}, { ttlSeconds: 900 }] as const)[pick([2, 1])],
    ...([{}, { onFailure: 'keep' }] as const)[pick([4, 1])],
  };
  const service = createService({
    nowMs,
    hasUniqueNames: pick([2, 1]) === 1,
    nextFate: () => ({
      createMs: [60_000, 10_000, 400_000, Infinity][pick([4, 2, 2, 1])]!,
      lagMs: [0, 20_000, 80_000][pick([4, 1, 1])]!,
      createFails: pick([5, 1]) === 1,
      deleteMs: [30_000, 300_000][pick([3, 1])]!,
      deletionsFail: pick([5, 1, 1]),
    }),
  });
  const moods = Array.from({ length: pick([3, 1, 1]) }, drawMood);
  const world = createWorld({
    scope,
    sandbox,
    time,
    delays: {
      task: () => [0, 40, 3_000][pick([10, 2, 0.3 * badness])]!,
      attempt: () => [0, 100, 8_000][pick([10, 2, 0.3 * badness])]!,
    },
    rpcDelayMs: () => [0, 30, 2_500][pick([10, 2, 0.3 * badness])]!,
    // A lease then goes on in many runs.
    longHistory: [4_000, 40][pick([2, 1])]!,
    nextWorker: () => pick(Array.from({ length: workers }, () => 1)),
  });
  const { temporal } = world;
  const people = createPeople({ client: world.client, scope, clusterName, wishes, service, world, nowMs });
  const wants = Array.from({ length: pick([1, 2, 2, 2, 1]) }, (_, index) => drawWant(index === 0 ? aim : undefined));
  let lastStage = '';
  let steps = 0;

  if (pick([6, 1]) === 1) ask(pick([1, 1]) === 0 ? 'makeInConsole' : 'makeElsewhere', 'start');
  ask('create', 'start');
  for (const want of wants.filter(({ stage }) => stage === undefined)) {
    const afterMs = [0, 400, 2_500, 10_000, 45_000, 100_000, 320_000, 900_000, 3_500_000];
    time.after(afterMs[pick(afterMs.map(() => 1))]!, () => send(want));
  }
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

  function drawWant(pair: string | undefined): Want {
    const [wanted, at] = pair?.split(' × ') ?? [];
    const isAsked = (messages as readonly string[]).includes(wanted ?? '');
    const message = messages[pick(messages.map((each) => (!isAsked || each === wanted ? 1 : 0)))]!;
    const byStage = pick(isAsked ? [0, 1] : [3, 2]) === 1;
    if (!byStage) return { message, skip: 0 };
    const stages = ['submitCluster', 'findClusters', 'watchCluster', 'deleteCluster', 'timer', 'nothing'];
    const stage = isAsked ? at! : stages[pick(stages.map(() => 1))]!;
    return { message, stage, skip: pick([3, 1, 1]) };
  }

  function noticeStage(stage: string): void {
    for (const want of wants.filter((each) => each.stage === stage)) {
      if (want.skip-- > 0) continue;
      const afterMs = [0, 5, 1_500, 20_000][pick([3, 2, 1, 1])]!;
      delete want.stage;
      time.after(afterMs, () => send(want));
    }
  }

  function send(want: Want): void {
    if (!wants.includes(want)) return;
    wants.splice(wants.indexOf(want), 1);
    ask(want.message, stageOf(temporal));
  }

  function ask(message: Message, stage: string): void {
    pairs.add(`${message} × ${stage}`);
    tell(`somebody: ${message} (${stage})`);
    people.ask(message, stage);
  }

  /** A time during which one call always has the same answer. */
  function drawMood() {
    const calls = ['createCluster', 'deleteCluster', 'listClusters', 'getCluster', 'getEventSteps'] as const;
    const call = calls[pick(calls.map(() => 1))]!;
    const hows = answersTo[call].filter(
      (how) => !/worker|lostLate/.test(how) && how !== 'refused' && how !== 'missing',
    );
    const how = hows[pick(hows.map(() => 1))]!;
    const fromMs = startMs + [0, 30_000, 100_000, 900_000][pick([1, 1, 1, 1])]!;
    const untilMs = fromMs + [40_000, 200_000, 1_500_000][pick([1, 1, 1])]!;
    return { call, how, fromMs, untilMs };
  }

  async function receive(request: ServiceRequest & { activity: string }, signal: AbortSignal) {
    const call = callOf(request);
    const { worker } = lives.getStore()!;
    const mood = moods.find((each) => each.call === call && each.fromMs <= nowMs() && nowMs() < each.untilMs);
    const hows = answersTo[call];
    const weights = hows.map((each, index) => (index === 0 ? 10 : aim === `${each} × ${call}` ? 5 : 0.7 * badness));
    const how: How = mood?.how ?? hows[pick(weights)]!;
    const lastsMs = [40, 2_000, 12_000, 50_000][pick([12, 2, 0.5 * badness, 0.3 * badness])]!;
    pairs.add(`${how} × ${call}`);
    tell(
      `${request.activity}: ${request.method} ${request.path} ${how}${lastsMs > 40 ? ` in ${lastsMs / 1000} s` : ''}`,
    );
    const sender = temporal.runs.find(({ runID }) => runID === request.sender)?.firstRunID ?? '';
    return new Promise<ReturnType<typeof service.receive>>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      time.after(lastsMs / 2, () => {
        if (how === 'workerLostBefore') return world.loseWorker(worker);
        const answer = service.receive({ ...request, sender }, how === 'workerLostAfter' ? 'lostAfter' : how);
        if (how === 'workerLostAfter') return world.loseWorker(worker);
        time.after(lastsMs / 2, () => resolve(answer));
      });
    });
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
    for (const run of temporal.runs.filter(isLastOperation)) {
      const { workflowID, runID } = run;
      const last = await drive(async () => {
        for await (const each of people.orchestrator.watch({ workflowID, runID })) {
          if (each.execution !== 'running') return each;
        }
        return undefined;
      });
      if (last !== undefined) operations.push({ ...last, runID: run.firstRunID });
    }
    // What is being deleted will be gone.
    service.settleForGood();
    const clusters = [...service.clusters.values()];
    return { clusterName, wishes, asked: people.asked, log: service.log, clusters, operations, stuck, story, pairs };
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

function isLastOperation(run: Run): boolean {
  return run.status !== status.continuedAsNew && ['createCluster', 'deleteCluster'].includes(run.type);
}
