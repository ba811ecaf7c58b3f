import type { FastifyReply } from 'fastify';

/** A stream of server-sent events to one client. */
export interface EventStream {
  /** Sends one event. With an empty ID, the client forgets the last one: it would go on where it was long ago. */
  send: (data: object, id: string) => void;
  /** Sends a line that clients ignore, and that people read. */
  comment: (text: string) => void;
  /** Ends the stream. The client may connect again. */
  end: () => void;
}

interface StreamOptions {
  stopping: AbortSignal;
  longestMs: number;
  /** Called when the client can take the next event, after it could not. */
  onRoom: () => void;
  /** Called once when the stream has ended, whoever ended it. */
  onEnd: () => void;
}

/** So that proxies and clients do not take a quiet stream for a dead one. */
const pingMs = 15_000;
/** A client that takes nothing for this time is gone. */
const slowestMs = 30_000;

/** Whether the client has taken all that was sent to it. Until then nothing more should be sent. */
export function hasRoom({ raw }: FastifyReply): boolean {
  return !raw.writableNeedDrain;
}

/** Begins to answer with a stream of server-sent events. */
export function openStream(reply: FastifyReply, { stopping, longestMs, onRoom, onEnd }: StreamOptions): EventStream {
  reply.hijack();
  const { raw } = reply;
  let slow: NodeJS.Timeout | undefined;

  function write(text: string): void {
    if (raw.writableEnded || raw.destroyed || raw.write(text) || slow !== undefined) return;
    slow = setTimeout(() => raw.destroy(), slowestMs);
    raw.once('drain', () => {
      clearTimeout(slow);
      slow = undefined;
      onRoom();
    });
  }

  const end = () => void raw.end();
  const ping = setInterval(() => write(': ping\n\n'), pingMs);
  const longest = setTimeout(end, longestMs);
  let isOver = false;
  const over = () => {
    if (isOver) return;
    isOver = true;
    clearInterval(ping);
    clearTimeout(longest);
    clearTimeout(slow);
    stopping.removeEventListener('abort', end);
    onEnd();
  };
  raw.once('finish', over);
  raw.once('close', over);
  stopping.addEventListener('abort', end, { once: true });
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  write('retry: 2000\n\n');
  if (stopping.aborted) end();
  if (raw.destroyed) over();
  return {
    send: (data, id) => write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    comment: (line) => write(`: ${line}\n\n`),
    end,
  };
}
