import { answersTo, type How } from './answers.ts';
import type { Message } from './messages.ts';
import type { BatchWishes, CreateWishes } from './asked.ts';
import type { CallName, Fate } from './service-log.ts';

/** Decides between as many possibilities as there are weights; the first is the harmless one. */
export type Pick = (weights: readonly number[]) => number;

/** What one history is like: drawn when it begins, so that troubles of one kind come together as they do in life. */
export interface Conditions {
  badness: number;
  wishes: CreateWishes;
  hasUniqueNames: boolean;
  /** The odds of each fate of a cluster. */
  odds: { createFails: number[]; lag: number[] };
  /** Calls that often have one of the bad answers. */
  leanings: Partial<Record<CallName, How>>;
  outages: Outage[];
  /** Whether nobody takes anything back, so that nothing may be deleted. */
  isPatient: boolean;
  /** Whether somebody asks for many clusters at once. */
  hasBatch: boolean;
  batch: BatchWishes;
  longHistory: number;
  /** Whether another installation makes a cluster of the same name. */
  hasNeighbour: boolean;
  /** How long a call that changes something may wait for its turn. */
  longestTurnMs: number;
  /** How often all workers are replaced. */
  deployMs: number;
  pollIntervalMs: number;
}

/** A time during which some calls always have the same answer. */
export interface Outage {
  calls: readonly CallName[];
  how: How;
  /** When it begins; `undefined` if it begins after the first call of `after`. */
  fromMs?: number;
  after?: CallName;
  lastsMs: number;
}

/** A pair that a history is to bring about, in parts: what happens, and when. */
export interface Aim {
  what: string;
  when: string;
}

const calls = ['createCluster', 'deleteCluster', 'listClusters', 'getCluster', 'getEventSteps'] as const;
const reads = ['listClusters', 'getCluster', 'getEventSteps', 'listInstances'] as const;
/** What leaves open whether a cluster was made. */
const losses = ['lostAfter', 'lostLate', 'garbled', 'lostLate', 'workerLostAfter', 'busy'] as const;
/** What may fail together. */
const groups: readonly (readonly CallName[])[] = [...calls.map((call) => [call]), reads, [...calls, 'listInstances']];
const batchMessages: readonly string[] = ['batch', 'cancelBatch', 'pauseBatch', 'retryBatch', 'rescaleBatch'];

export function drawConditions(pick: Pick, startMs: number, aim: Aim | undefined): Conditions {
  const isAbout = (...words: string[]) =>
    aim !== undefined && words.some((word) => [aim.what, aim.when].includes(word));
  const badness = [0, 0.3, 1, 3][pick([3, 3, 3, 1])]!;
  const wantsLease = isAbout('lookAtCluster', 'extend');
  const wantsBatch = isAbout('batch', ...batchMessages);
  const wantsRefusal = isAbout('findClusters', 'refused', 'lostLate');
  const leanings: Conditions['leanings'] = {};
  // In one history out of three, the network loses the answers to creates.
  const lean = pick(wantsRefusal ? [1, 4, 1] : [3, 3, 2]);
  if (lean === 1) leanings.createCluster = anyOf(pick, losses);
  else if (lean === 2) {
    const call = calls[pick([1, 3, 1, 1, 1])]!;
    leanings[call] = anyOf(pick, answersTo[call]);
  }
  return {
    badness,
    wishes: {
      timeoutSeconds: [900, 300, 3_600][pick([5, 2, 1])]!,
      ...([{}, { ttlSeconds: 900 }, { ttlSeconds: 7_200 }] as const)[
        pick(wantsLease ? [0.001, isAbout('extend') ? 1 : 0, 1] : [5, 2, 1])
      ],
      ...([{}, { onFailure: 'keep' }] as const)[pick([4, 1])],
    },
    hasUniqueNames: pick([2, 1]) === 1,
    odds: {
      createFails: [
        [5, 1],
        [1, 0.001],
        [1, 2],
      ][pick([3, 1, isAbout('lookAtCluster') ? 0 : isAbout('deleteCluster') ? 5 : 0.5])]!,
      lag: [
        [4, 1, 1],
        [1, 0, 0],
        [1, 1, 8],
      ][pick([3, 1, 1.5])]!,
    },
    leanings,
    outages: Array.from({ length: pick([3, 1, 1]) }, () => drawOutage(pick, startMs)),
    isPatient: pick([2, 1]) === 1,
    hasBatch: pick(wantsBatch ? [0.001, 1] : [6, 1]) === 1,
    batch: {
      policy: (['continue', { stopAfter: 1 }, 'rollback'] as const)[pick([1, 1, 1])]!,
      concurrency: [3, 1, 2][pick([1, 1, 1])]!,
      isOther: pick([1, 1]) === 1,
    },
    // A lease then goes on in many runs.
    longHistory: [4_000, 40, 15][pick([3, 1, 1])]!,
    longestTurnMs: [0, 60_000][pick([2, 1])]!,
    deployMs: [Infinity, 400_000, 1_500_000][pick([4, 1, 1])]!,
    hasNeighbour: pick([4, 1]) === 1,
    pollIntervalMs: [30_000, 10_000][pick([2, 1])]!,
  };
}

/** The odds of a message. Patient people take nothing back. */
export function oddsOf(message: Message, { wishes, isPatient, hasBatch }: Conditions): number {
  if (isPatient && /^(cancel|delete|terminate|teardown)/.test(message) && message !== 'cancelAndKeep') return 0;
  if (batchMessages.includes(message)) return hasBatch ? 2 : 0;
  if (message === 'extend') return wishes.ttlSeconds === undefined ? 0.3 : 4;
  if (message.startsWith('delete')) return 2;
  return 1;
}

/** What becomes of a new cluster. */
export function drawFate(pick: Pick, { odds }: Conditions): Fate {
  return {
    createMs: [60_000, 10_000, 400_000, Infinity][pick([4, 2, 2, 1])]!,
    lagMs: [0, 20_000, 80_000][pick(odds.lag)]!,
    createFails: pick(odds.createFails) === 1,
    deleteMs: [30_000, 300_000][pick([3, 1])]!,
    deletionsFail: pick([5, 1, 1]),
  };
}

function drawOutage(pick: Pick, startMs: number): Outage {
  const together = groups[pick(groups.map((group) => (group.length > 1 ? 2 : 1)))]!;
  const hows = answersTo[together[0]!].filter(
    (how) => !/worker|lostLate|refused|missing/.test(how) && together.every((call) => answersTo[call].includes(how)),
  );
  const how = anyOf(pick, hows);
  const from = pick([1, 1, 1, 1, 3, 1]);
  const lastsMs = [40_000, 200_000, 1_500_000][pick([1, 1, 1])]!;
  const after = ([undefined, undefined, undefined, undefined, 'createCluster', 'deleteCluster'] as const)[from];
  if (after !== undefined) return { calls: together, how, after, lastsMs };
  return { calls: together, how, fromMs: startMs + [0, 30_000, 100_000, 900_000][from]!, lastsMs };
}

export function anyOf<Each>(pick: Pick, all: readonly Each[]): Each {
  return all[pick(all.map(() => 1))]!;
}
