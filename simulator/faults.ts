import type { CallName } from './call-names.ts';
import type { Fault, FaultKind } from './fault-schema.ts';
import { createRandom, type Random } from './random.ts';

/** The call to which the conditions of a fault are compared. */
export interface FaultTarget {
  call: CallName;
  clusterName?: string | undefined;
  clusterID?: string | undefined;
  /** For a deletion that is about to start, its number among the deletions of the cluster or node, from 1. */
  deletionAttempt?: number;
}

/** A fault with its counters. */
export interface ActiveFault {
  /** The position in the order of addition, from 1. */
  id: number;
  fault: Fault;
  /** The number of calls that matched its `call`, `name` and `clusterID`. */
  matches: number;
  /** The number of times that the fault occurred. */
  hits: number;
}

type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;

/** The active faults. It decides which of them affect a call. */
export interface FaultBook {
  active: () => readonly ActiveFault[];
  add: (fault: Fault) => ActiveFault;
  /** Removes one fault. Returns `false` if there is none with this ID. */
  remove: (id: number) => boolean;
  clear: () => void;
  /** Returns all faults of these kinds that affect the call, in order. */
  drawAll: <Kind extends FaultKind>(target: FaultTarget, kinds: readonly Kind[]) => FaultOf<Kind>[];
  /** Returns the first of them. The counters of later faults do not change. */
  drawFirst: <Kind extends FaultKind>(target: FaultTarget, kinds: readonly Kind[]) => FaultOf<Kind> | undefined;
}

type Entry = ActiveFault & { randomFor: (subject: string) => Random; namePattern: RegExp; firstHitAtMs?: number };

/** @param seed The same seed and the same calls for a cluster yield the same faults, whatever other calls come between. */
export function createFaultBook(seed: string, faults: readonly Fault[], now: () => number): FaultBook {
  let entries: Entry[] = [];
  let lastID = 0;

  function add(fault: Fault): ActiveFault {
    lastID += 1;
    const entry = {
      id: lastID,
      fault,
      matches: 0,
      hits: 0,
      randomFor: randomForEach(`${seed}:fault:${lastID}`),
      namePattern: toPattern(fault.name ?? '*'),
    };
    entries.push(entry);
    return withoutInternals(entry);
  }

  function* draw<Kind extends FaultKind>(target: FaultTarget, kinds: readonly Kind[]): Generator<FaultOf<Kind>> {
    for (const entry of entries) {
      const { fault } = entry;
      if (isOfKind(fault, kinds) && matches(entry, target) && occurs(entry, target, now())) yield fault;
    }
  }

  for (const fault of faults) add(fault);

  return {
    active: () => entries.map(withoutInternals),
    add,
    remove: (id) => {
      const before = entries.length;
      entries = entries.filter((entry) => entry.id !== id);
      return entries.length < before;
    },
    clear: () => {
      entries = [];
    },
    drawAll: (target, kinds) => [...draw(target, kinds)],
    drawFirst: (target, kinds) => {
      const first = draw(target, kinds).next();
      return first.done === true ? undefined : first.value;
    },
  };
}

function matches({ fault, namePattern }: Entry, target: FaultTarget): boolean {
  if (fault.call !== undefined && fault.call !== target.call) return false;
  if (fault.clusterID !== undefined && fault.clusterID !== target.clusterID) return false;
  return fault.name === undefined || (target.clusterName !== undefined && namePattern.test(target.clusterName));
}

/** Decides whether a matching fault occurs, and counts the match and the hit. */
function occurs(entry: Entry, target: FaultTarget, nowMs: number): boolean {
  const { fault } = entry;
  entry.matches += 1;
  const isUsedUp =
    fault.kind === 'delete-failed' || fault.kind === 'node-delete-failed'
      ? (target.deletionAttempt ?? 1) > fault.times
      : entry.hits >= (fault.times ?? Infinity);
  if (isUsedUp || (fault.nth !== undefined && fault.nth !== entry.matches)) return false;
  if (nowMs >= (entry.firstHitAtMs ?? Infinity) + (fault.forSeconds ?? Infinity) * 1000) return false;
  if (fault.probability !== undefined && entry.randomFor(subjectOf(target)).next() >= fault.probability) return false;
  entry.firstHitAtMs ??= nowMs;
  entry.hits += 1;
  return true;
}

/**
 * Returns a separate random source for each subject. A fault of one cluster must not depend on the calls for another
 * cluster; otherwise two runs with many workers would never meet the same faults.
 */
function randomForEach(seed: string): (subject: string) => Random {
  const randoms = new Map<string, Random>();
  return (subject) => {
    const random = randoms.get(subject) ?? createRandom(`${seed}:${subject}`);
    randoms.set(subject, random);
    return random;
  };
}

function subjectOf({ call, clusterName, clusterID }: FaultTarget): string {
  return `${call}:${clusterName ?? clusterID ?? ''}`;
}

function isOfKind<Kind extends FaultKind>(fault: Fault, kinds: readonly Kind[]): fault is FaultOf<Kind> {
  return kinds.some((kind) => kind === fault.kind);
}

function toPattern(glob: string): RegExp {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's');
}

function withoutInternals({ id, fault, matches: matchCount, hits }: Entry): ActiveFault {
  return { id, fault, matches: matchCount, hits };
}
