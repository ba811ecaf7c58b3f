import { createHash } from 'node:crypto';
import { chainOf, endPosition, type Operation } from '../../client/index.ts';

/** What a consumer of all events of a scope has seen. It is the ID of each of its events, so that no server keeps it. */
export interface Cursor {
  /** When the server sent it, in seconds since the epoch. */
  atSeconds: number;
  /** When the latest operation that it knows of started, in seconds since the epoch, by the clock of Temporal. */
  sinceSeconds: number;
  /** The position in each operation that is under way, or has ended a short time ago. */
  positions: ReadonlyMap<string, number>;
}

/** More do not fit into the headers of a request. */
export const mostPositions = 1000;

const version = 1;
const headBytes = 9;
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
export function writeCursor({ atSeconds, sinceSeconds, positions }: Cursor): string | undefined {
  if (positions.size > mostPositions) return undefined;
  const bytes = Buffer.alloc(headBytes + positions.size * entryBytes);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt32BE(atSeconds, 1);
  bytes.writeUInt32BE(sinceSeconds, 5);
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
  return { atSeconds: bytes.readUInt32BE(1), sinceSeconds: bytes.readUInt32BE(5), positions };
}
