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
  /** The number of starts, so that a restart with the same seed does not reuse IDs. */
  | { type: 'started'; starts: number }
  /** The complete record after a change, and what machines that are gone left behind. */
  | { type: 'cluster'; record: ClusterRecord; leftovers?: Leftover[] }
  | { type: 'gone'; clusterID: string; leftovers: Leftover[] };

/** The state that a journal describes. */
export interface JournalState {
  starts: number;
  clusters: ClusterRecord[];
  leftovers: Leftover[];
}

export interface Journal {
  state: JournalState;
  /** Returns when the operating system has the entry, so that a crash of this process cannot lose it. */
  append: (entry: JournalEntry) => void;
  close: () => void;
}

/** Creates a journal that stores nothing. */
export function createEmptyJournal(): Journal {
  return { state: { starts: 0, clusters: [], leftovers: [] }, append: () => {}, close: () => {} };
}

/**
 * Opens or creates a state file and compacts it: it keeps only the last record of each cluster.
 *
 * @throws Error if a line other than the last is invalid.
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
  // A complete line ends with a newline, so the last piece is empty or an incomplete, never acknowledged write.
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const entry = parseLine(line, `${file}:${index + 1}`);
    if (entry.type === 'started') starts = entry.starts;
    else if (entry.type === 'cluster') {
      clusters.set(entry.record.clusterID, entry.record);
      leftovers.push(...(entry.leftovers ?? []));
    } else {
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
    throw new Error(`${place}: this is not a state file of the simulator; choose another --state-file`, {
      cause: error,
    });
  }
}

/** Writes a new file and renames it, so that a crash leaves the old file intact. */
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
