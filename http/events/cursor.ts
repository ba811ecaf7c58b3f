import { createHash } from 'node:crypto';
import { chainOf, endPosition, type Operation } from '../../client/index.ts';

/** What a consumer of all events of a scope has seen. It is the ID of each of its events, so that no server keeps it. */
export interface Cursor {
  /**
   * The time of the list that the consumer has been told of, in seconds since the epoch: that list has all operations that
   * were under way then, and all that ended later than `endedForMs` before it.
   */
  atSeconds: number;
  /** The position in each operation of that list. */
  positions: ReadonlyMap<string, number>;
}

/** More do not fit into the headers of a request. */
export const mostPositions = 1000;

const version = 2;
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

/** Writes a cursor. `undefined` if it would be too long. */
export function writeCursor({ atSeconds, positions }: Cursor): string | undefined {
  if (positions.size > mostPositions) return undefined;
  const bytes = Buffer.alloc(headBytes + positions.size * entryBytes);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt32BE(atSeconds, 1);
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
  const isWhole = length >= headBytes && (length - headBytes) % entryBytes === 0 && bytes[0] === version;
  if (!isWhole || bytes.toString('base64url') !== text) return undefined;
  const positions = new Map<string, number>();
  for (let offset = headBytes; offset < length; offset += entryBytes) {
    const position = bytes.readUIntBE(offset + hashBytes, 3);
    if (position > endPosition) return undefined;
    positions.set(bytes.toString('hex', offset, offset + hashBytes), position);
  }
  return { atSeconds: bytes.readUInt32BE(1), positions };
}
