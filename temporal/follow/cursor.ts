import { createHash } from 'node:crypto';
import { endPosition } from '../../contract/operation-events.ts';
import type { Operation } from '../executions/operation.ts';
import { chainOf } from './followed-operation.ts';

/** What a consumer of all events of a scope has seen. It is the ID of each of its events, so that no server keeps it. */
export interface Cursor {
  /**
   * The time of the list that the consumer has been told of, in seconds since the epoch: that list has all operations that
   * were under way then, and all that ended later than `endedForMs` before it.
   */
  atSeconds: number;
  /** The position in each operation of that list. */
  positions: ReadonlyMap<string, number>;
  /** The positions did not fit in, and are left out. */
  isIncomplete?: true;
}

/** More do not fit into the headers of a request, with a JSON Web Token beside them. */
export const mostPositions = 1000;

const version = 2;
/** The version of cursors without positions. */
const incompleteVersion = 3;
const headBytes = 5;
const hashBytes = 6;
const entryBytes = hashBytes + 3;

/** Names an operation in a cursor. */
export function operationHash(operation: Pick<Operation, 'workflowID' | 'startedAt'>): string {
  return createHash('sha256')
    .update(chainOf(operation))
    .digest('hex')
    .slice(0, 2 * hashBytes);
}

/** Writes a cursor. One that would be too long keeps only its time, and that it is incomplete. */
export function writeCursor(cursor: Cursor, most = mostPositions): string {
  const isIncomplete = cursor.isIncomplete ?? cursor.positions.size > most;
  const positions = isIncomplete ? new Map<string, number>() : cursor.positions;
  const bytes = Buffer.alloc(headBytes + positions.size * entryBytes);
  bytes.writeUInt8(isIncomplete ? incompleteVersion : version, 0);
  bytes.writeUInt32BE(cursor.atSeconds, 1);
  let offset = headBytes;
  for (const [hash, position] of positions) {
    bytes.write(hash, offset, 'hex');
    bytes.writeUIntBE(position, offset + hashBytes, 3);
    offset += entryBytes;
  }
  return bytes.toString('base64url');
}

/** Reads a cursor. `undefined` if it is not one. */
export function readCursor(text: string): Cursor | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const { length } = bytes;
  const isWhole = length >= headBytes && (length - headBytes) % entryBytes === 0;
  const isIncomplete = bytes[0] === incompleteVersion && length === headBytes;
  if (!isWhole || !(bytes[0] === version || isIncomplete) || bytes.toString('base64url') !== text) return undefined;
  const positions = new Map<string, number>();
  for (let offset = headBytes; offset < length; offset += entryBytes) {
    const position = bytes.readUIntBE(offset + hashBytes, 3);
    if (position > endPosition) return undefined;
    positions.set(bytes.toString('hex', offset, offset + hashBytes), position);
  }
  return { atSeconds: bytes.readUInt32BE(1), positions, ...(isIncomplete && { isIncomplete }) };
}
