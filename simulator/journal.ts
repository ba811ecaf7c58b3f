import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { ClusterRecord } from './cluster-record.ts';
import type { Leftover } from './leftovers.ts';

/** One line of the state file. */
export type JournalEntry =
  /** Counts the starts, so that a restart with the same seed does not give identifiers out twice. */
  | { type: 'started'; starts: number }
  /** The whole record after a change. */
  | { type: 'cluster'; record: ClusterRecord }
  | { type: 'gone'; clusterID: string; leftovers: Leftover[] };

/** The state as a journal describes it. */
export interface JournalState {
  starts: number;
  clusters: ClusterRecord[];
  leftovers: Leftover[];
}

export interface Journal {
  state: JournalState;
  /** Returns when the operating system has the entry: no death of this process can lose it. */
  append: (entry: JournalEntry) => void;
  close: () => void;
}

/** A journal that keeps nothing. */
export function createEmptyJournal(): Journal {
  return { state: { starts: 0, clusters: [], leftovers: [] }, append: () => {}, close: () => {} };
}

/**
 * Reads a state file, or starts one, and rewrites it without what later lines have overtaken.
 *
 * @throws Error where a line other than the last cannot be read.
 */
export function openJournal(file: string): Journal {
  const state = existsSync(file) ? replay(readFileSync(file, 'utf8'), file) : createEmptyJournal().state;
  state.starts += 1;
  compact(file, state);
  const descriptor = openSync(file, 'a');
  return {
    state,
    append: (entry) => {
      writeSync(descriptor, toLine(entry));
    },
    close: () => {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

function replay(text: string, file: string): JournalState {
  const clusters = new Map<string, ClusterRecord>();
  const leftovers: Leftover[] = [];
  let starts = 0;
  const lines = text.split('\n');
  // A whole line ends in a newline, so the last piece is empty or was cut off while it was written, never acknowledged.
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const entry = parseLine(line, `${file}:${index + 1}`);
    if (entry.type === 'started') starts = entry.starts;
    else if (entry.type === 'cluster') clusters.set(entry.record.clusterID, entry.record);
    else {
      clusters.delete(entry.clusterID);
      leftovers.push(...entry.leftovers);
    }
  }
  return { starts, clusters: [...clusters.values()], leftovers };
}

function parseLine(line: string, place: string): JournalEntry {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch (error) {
    throw new Error(`${place}: this is not a state file of the simulator`, { cause: error });
  }
}

/** Writes beside the file and renames, so that a death in the middle leaves the old file whole. */
function compact(file: string, state: JournalState): void {
  const entries: JournalEntry[] = [
    { type: 'started', starts: state.starts },
    ...state.clusters.map((record) => ({ type: 'cluster' as const, record })),
    { type: 'gone', clusterID: '', leftovers: state.leftovers },
  ];
  const temporaryFile = `${file}.new`;
  writeFileSync(temporaryFile, entries.map(toLine).join(''), { flush: true });
  renameSync(temporaryFile, file);
}

function toLine(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}
