import { setTimeout as realTime } from 'node:timers/promises';
import type { Activities } from '../../activities/index.ts';
import type { OperationStatus } from '../../client/index.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import { answersTo } from './answers.ts';
import type { Draws } from './draws.ts';
import { exploredActivities } from './explored-activities.ts';
import type { Attempt, InFlight } from './in-flight.ts';
import { createPeople, messages, type Asked, type CreateWishes, type Message } from './people.ts';
import { callOf, createService, type LogEntry, type ServiceCluster } from './service.ts';
import type { RunReference, RunState, SkippingServer } from './skipping-server.ts';

/** Everything that the oracle judges by. */
export interface RunRecord {
  clusterName: string;
  wishes: CreateWishes;
  asked: Asked[];
  log: readonly LogEntry[];
  clusters: ServiceCluster[];
  /** The last status that somebody who watches an operation sees. */
  operations: OperationStatus[];
  /** What still has not ended. */
  stuck: RunReference[];
  /** What happened, for people. */
  story: string[];
  /** Pairs of what came together, for the coverage. */
  pairs: Set<string>;
  /** The number of attempts that Temporal still waits for, although their runs have closed. */
  leftBehind: number;
}

/** After this many steps nothing bad happens any more: everything must come to an end. */
const calmAfter = 150;
const mostSteps = 900;

interface Surroundings {
  server: SkippingServer;
  inFlight: InFlight;
  scope: AccountRegion;
  setActivities: (create: () => Activities) => void;
  /** A number that no other run on this server has. */
  number: number;
  draws: Draws;
  /** The number of attempts that earlier runs on this server have left behind. */
  leftBehind: number;
  /** A pair that this run is to bring about, if it can. */
  aim?: string;
}

/** Explores one history: people who want a cluster or none, a service and workers that fail. */
export async function exploreRun(surroundings: Surroundings): Promise<RunRecord> {
  const { server, inFlight, scope, draws, aim } = surroundings;
  const id = surroundings.number.toString(36).padStart(5, '0');
  const clusterName = `run-${id}`;
  const story: string[] = [];
  const pairs = new Set<string>();
  const known = new Map<string, RunReference>();
  const startedAtMs = await server.nowMs();
  let clockMs = startedAtMs;
  let steps = 0;
  let started = 0;

  const badness = [0, 0.3, 1, 3][pick([3, 3, 3, 1])]!;
  const wishes: CreateWishes = {
    timeoutSeconds: [3_600, 300][pick([3, 1])]!,
    ...([{}, { ttlSeconds: 900 }] as const)[pick([2, 1])],
    ...([{}, { onFailure: 'keep' }] as const)[pick([4, 1])],
  };
  const service = createService(
    id,
    () => clockMs,
    () => ({
      createMs: [60_000, 10_000, 400_000, Infinity][pick([4, 2, 2, 1])]!,
      lagMs: [0, 20_000, 80_000][pick([4, 1, 1])]!,
      createFails: pick([5, 1]) === 1,
      deleteMs: [30_000, 300_000][pick([3, 1])]!,
      deletionsFail: pick([5, 1, 1]),
    }),
  );
  const people = createPeople({ client: server.client, scope, clusterName, wishes, service, nowMs: () => clockMs });
  // New ones for each attempt: what a worker keeps in memory is lost with it, and is shared by the real clock.
  const { client } = server;
  surroundings.setActivities(() => exploredActivities({ client, scope, inFlight, nowMs: () => clockMs }));
  let wants = 1 + pick([2, 2, 2, 1]);

  if (pick([6, 1]) === 1) ask('makeInConsole', 'start');
  ask('create', 'start');
  for (;;) {
    const states = await settle();
    steps++;
    const open = states.filter(({ isOpen }) => isOpen);
    const attempts = inFlight.attempts().filter(({ gate, isLost }) => gate !== undefined && !isLost);
    if (steps > mostSteps) break;
    if (open.length === 0 && attempts.length === 0) {
      if (wants === 0 || pick([1, 2]) === 0) break;
      askSomething('nothing');
      continue;
    }
    const what = pick([10, wants > 0 ? 1.5 : 0, attempts.length > 0 ? 0.2 * badness : 0]);
    if (what === 1) askSomething(stageOf(attempts));
    else if (what === 2) await pass(20_000);
    else if (attempts.length === 0) await pass([600, 10, 60, 3_600][pick([3, 3, 2, 1])]! * 1000);
    else await goOn(attempts[pick(attempts.map(() => 1))]!);
  }
  return conclude();

  function pick(weights: readonly number[]): number {
    return draws.draw(steps > calmAfter ? weights.map((_, index) => (index === 0 ? 1 : 0)) : weights);
  }

  function tell(what: string): void {
    story.push(`${Math.round((clockMs - startedAtMs) / 1000)} s: ${what}`);
  }

  function askSomething(stage: string): void {
    wants--;
    ask(messages[pick(messages.map((each) => (aim === `${each} × ${stage}` ? 20 : 1)))]!, stage);
  }

  function ask(message: Message, stage: string): void {
    pairs.add(`${message} × ${stage}`);
    tell(`somebody: ${message} (${stage})`);
    people.ask(message, stage);
  }

  /** Lets an attempt have what it waits for, or something worse. */
  async function goOn(attempt: Attempt): Promise<void> {
    const { gate, activity } = attempt;
    if (gate === undefined) return;
    if ('pauseMs' in gate.wants) {
      if (pick([20, 0.5 * badness]) === 1) return lose(attempt);
      await pass(gate.wants.pauseMs);
      return gate.open(undefined);
    }
    const { request } = gate.wants;
    const call = callOf(request);
    const hows = answersTo[call];
    const how =
      hows[pick(hows.map((each, index) => (index === 0 ? 10 : aim === `${each} × ${call}` ? 5 : 0.7 * badness)))]!;
    pairs.add(`${how} × ${call}`);
    tell(`${activity}: ${request.method} ${request.path} ${how}`);
    if (how === 'workerLostBefore') return lose(attempt);
    const response = service.receive(request, how === 'workerLostAfter' ? 'lostAfter' : how);
    if (how === 'workerLostAfter') return lose(attempt);
    gate.open(response);
  }

  /** Lets Temporal notice that a worker is gone. */
  async function lose(attempt: Attempt): Promise<void> {
    tell(`${attempt.activity}: its worker is lost`);
    attempt.heartbeat();
    await realTime(5);
    attempt.isLost = true;
    const givenUpAtMs = (await server.nowMs()) + attempt.heartbeatTimeoutMs;
    // The server must have back the lock that it holds for the attempt when it gives it up: the rest is real time.
    const restMs = 250;
    for (;;) {
      clockMs = await server.nowMs();
      if (givenUpAtMs - clockMs <= restMs) break;
      await pass(givenUpAtMs - clockMs - restMs);
      await settle();
    }
    for (let waitedMs = 0; waitedMs < 1_000 && (await isAwaited(attempt)); waitedMs += 20) await realTime(20);
    abandon(attempt);
  }

  async function isAwaited({ workflowID, runID, activityID, attempt }: Attempt): Promise<boolean> {
    const { attempts } = await server.stateOf({ workflowID, runID });
    return attempts.get(activityID) === attempt;
  }

  function abandon(attempt: Attempt): void {
    tell(`${attempt.activity}: Temporal gives up attempt ${attempt.attempt}`);
    attempt.forget();
  }

  function heartbeat(): void {
    for (const attempt of inFlight.attempts()) if (!attempt.isLost) attempt.heartbeat();
  }

  /** Lets time pass, or less of it if an attempt arrives. */
  async function pass(milliseconds: number): Promise<void> {
    const untilMs = clockMs + milliseconds;
    do {
      // Attempts in flight stay alive by a heartbeat every few seconds.
      const alive = inFlight.attempts().filter(({ isLost }) => !isLost);
      const limits = alive.map(({ heartbeatTimeoutMs }) => heartbeatTimeoutMs * 0.7);
      const mostMs = Math.min(milliseconds, ...limits);
      heartbeat();
      await realTime(3);
      const before = started;
      const result = await server.pass(Math.min(mostMs, untilMs - clockMs), started);
      clockMs = await server.nowMs();
      if (result === 'arrived') return;
      if (result === 'frozen') {
        await settle();
        if (started !== before) return;
        tell('the server was frozen');
        await server.unfreeze();
      }
    } while (clockMs < untilMs);
  }

  /** Waits until nothing moves any more unless the explorer lets it. */
  async function settle(): Promise<RunState[]> {
    const beganAt = performance.now();
    for (;;) {
      // Before the runs are collected: the answer may name one.
      const isWaiting = people.isWaiting();
      for (const { workflowID, runID } of inFlight.attempts()) known.set(runID, { workflowID, runID });
      for (const { run } of people.asked) if (run !== undefined) known.set(run.runID, run);
      const states = await Promise.all([...known.values()].map((run) => server.stateOf(run)));
      for (const attempt of inFlight.attempts()) {
        const latest = states.find(({ runID }) => runID === attempt.runID)?.attempts.get(attempt.activityID);
        // Temporal has given it up.
        if (!attempt.isLost && latest !== undefined && latest > attempt.attempt) abandon(attempt);
      }
      const attempts = inFlight.attempts();
      const open = states.filter(({ isOpen }) => isOpen);
      const openRuns = new Set(open.map(({ runID }) => runID));
      const ofOpen = attempts.filter(({ runID }) => openRuns.has(runID));
      const waits = (attempt: Attempt) => attempt.gate !== undefined || attempt.isLost;
      const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
      started = sum(states.map((state) => state.started)) + surroundings.leftBehind;
      const unwanted = sum(open.map((state) => state.unwanted));
      const isSettled =
        !open.some(({ isBusy }) => isBusy) &&
        sum(open.map((state) => state.started)) === ofOpen.length &&
        attempts.length === ofOpen.length &&
        attempts.every(waits) &&
        ofOpen.filter((attempt) => attempt.isCancelled()).length === unwanted;
      const waitedMs = performance.now() - beganAt;
      // Somebody may wait for what happens next, but nobody for ever.
      const patienceMs = attempts.length > 0 ? 1_000 : 4_000;
      if (isSettled && (!isWaiting || waitedMs > patienceMs)) return states;
      if (waitedMs > 5_000) throw new Error(`nothing settles: ${JSON.stringify({ states, attempts, story })}`);
      // Those that nobody wants any more learn of it by a heartbeat.
      const areUnwanted = unwanted > 0 || waitedMs > 20;
      for (const attempt of attempts) if (areUnwanted || !openRuns.has(attempt.runID)) attempt.heartbeat();
      await realTime(2);
    }
  }

  async function conclude(): Promise<RunRecord> {
    const states = await settle();
    const stuck = states.filter(({ isOpen }) => isOpen);
    for (const { workflowID, runID } of stuck) {
      await server.client.workflow.getHandle(workflowID, runID).terminate('the exploration is over');
    }
    await Promise.race([people.answered(), realTime(3_000)]);
    const operations: OperationStatus[] = [];
    for (const run of known.values()) {
      for await (const status of people.orchestrator.watch(run)) {
        if (status.execution === 'running') continue;
        operations.push(status);
        break;
      }
    }
    const last = await Promise.all([...known.values()].map((run) => server.stateOf(run)));
    const leftBehind = last.reduce((total, { started: each }) => total + each, 0);
    // What is being deleted will be gone.
    clockMs = Infinity;
    return {
      clusterName,
      wishes,
      asked: people.asked,
      log: service.log,
      clusters: [...service.clusters.values()],
      operations,
      stuck,
      story,
      pairs,
      leftBehind,
    };
  }
}

function stageOf(attempts: readonly Attempt[]): string {
  return attempts[0]?.activity ?? 'timer';
}
