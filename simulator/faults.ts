import type { CallName } from './call-names.ts';
import type { Fault, FaultKind } from './fault-schema.ts';
import { createRandom, type Random } from './random.ts';

/** What a fault's conditions are held against. */
export interface FaultTarget {
  call: CallName;
  clusterName?: string | undefined;
  clusterID?: string | undefined;
  /** For a deletion that is about to start: the how-manieth of its cluster, from 1. */
  deletionAttempt?: number;
}

/** A fault with its history. */
export interface ActiveFault {
  /** From 1, in the order of adding. */
  id: number;
  fault: Fault;
  /** Calls that fulfilled its `call`, `name` and `clusterID`. */
  matches: number;
  /** How often it happened. */
  hits: number;
}

type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;

/** Which faults there are, and whose turn it is. */
export interface FaultBook {
  active: () => readonly ActiveFault[];
  add: (fault: Fault) => ActiveFault;
  clear: () => void;
  /** All faults of these kinds that befall the call, in their order. */
  drawAll: <Kind extends FaultKind>(target: FaultTarget, kinds: readonly Kind[]) => FaultOf<Kind>[];
  /** The first of them. Those behind it are not asked: their counts stay. */
  drawFirst: <Kind extends FaultKind>(target: FaultTarget, kinds: readonly Kind[]) => FaultOf<Kind> | undefined;
}

type Entry = ActiveFault & { randomFor: (subject: string) => Random; namePattern: RegExp };

/** @param seed With the same seed and the same calls about a cluster the same faults befall it, in whatever order others come. */
export function createFaultBook(seed: string, faults: readonly Fault[]): FaultBook {
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
      if (isOfKind(fault, kinds) && matches(entry, target) && befalls(entry, target)) yield fault;
    }
  }

  for (const fault of faults) add(fault);

  return {
    active: () => entries.map(withoutInternals),
    add,
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

/** Whether it is the fault's turn; counts a match, and a hit where it is. */
function befalls(entry: Entry, target: FaultTarget): boolean {
  const { fault } = entry;
  entry.matches += 1;
  const isUsedUp =
    fault.kind === 'delete-failed'
      ? (target.deletionAttempt ?? 1) > fault.times
      : entry.hits >= (fault.times ?? Infinity);
  if (isUsedUp || (fault.nth !== undefined && fault.nth !== entry.matches)) return false;
  if (fault.probability !== undefined && entry.randomFor(subjectOf(target)).next() >= fault.probability) return false;
  entry.hits += 1;
  return true;
}

/**
 * Each fault draws for itself, and for each cluster by itself: what happens to one must not depend on how often another
 * was asked about, or two runs with many workers would never meet the same faults.
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
