import { ServiceError } from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import {
  commandToAttach,
  ConnectionLostError,
  drawTo,
  follow,
  InterruptedError,
  sayWhyBlocked,
  untilInterrupted,
  type Followed,
} from '../../cli/follow.ts';
import { OperationNotFoundError, UnreachableError } from '../../client/index.ts';

const attachAgain = 'ccectl status a --watch';
const unavailable = Object.assign(new Error('14 UNAVAILABLE: No connection established'), {
  code: 14,
  details: 'No connection established',
  metadata: {},
});

function following(error: Error): Followed<string> {
  return {
    workflowID: 'cce:test:bj:a',
    attachAgain,
    async *watch() {
      yield await Promise.reject<string>(error);
    },
  };
}

describe('a watch whose connection is lost', () => {
  it.each([
    ['as the SDK says', new ServiceError('Failed to describe workflow', { cause: unavailable })],
    ['as gRPC says', unavailable],
    ['as gRPC says when it has closed', new Error('Channel has been shut down')],
  ])('ends with how to attach again, and without the text of gRPC, %s', async (_, error) => {
    const lost = follow(following(error));
    await expect(lost).rejects.toThrow(ConnectionLostError);
    await expect(lost).rejects.toMatchObject({ kind: 'unreachable', attachAgain });
    await expect(lost).rejects.toThrow(
      /^the connection to Temporal is lost; cce:test:bj:a continues when Temporal does$/,
    );
  });

  it.each([
    ['an operation that nobody knows', new OperationNotFoundError('a')],
    ['settings that are wrong', new UnreachableError('check TEMPORAL_ADDRESS')],
    ['an error that nobody foresaw', new TypeError('x is not a function')],
  ])('is not taken for %s', async (_, error) => {
    await expect(follow(following(error))).rejects.toBe(error);
  });
});

it.each([
  [{}, 'ccectl status a'],
  [{ account: 'prod' }, 'ccectl --account prod status a'],
  [{ account: 'prod', region: 'gz' }, 'ccectl --account prod --region gz status a'],
])('the command to attach again has the global options %j', (options, command) => {
  expect(commandToAttach('status a', options)).toBe(command);
});

it.each([
  ['that is not a terminal', { isTTY: false }],
  // What Node says of a pipe.
  ['of which nothing is known', {}],
  ['that is a terminal without a size', { isTTY: true, rows: 0, columns: 0 }],
])('a line that says nothing new is not printed again on a stream %s', async (_, kind) => {
  const lines: string[] = [];
  const stream = { ...kind, write: (line: string) => lines.push(line) } as unknown as NodeJS.WriteStream;
  const draw = await drawTo<string | undefined>(
    stream,
    () => undefined,
    (line) => line,
  );
  for (const line of ['submitting', 'submitting', undefined, 'submitting, waits', 'submitting']) draw(line);
  expect(lines.map((line) => line.trim().split(' ').slice(1).join(' '))).toEqual([
    'submitting',
    'submitting, waits',
    'submitting',
  ]);
});

it('a watch ends once nobody reads what it draws', async () => {
  const drawing: Followed<string> = {
    workflowID: 'cce:test:bj:a',
    attachAgain,
    draw: () => process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    async *watch(signal) {
      yield 'submitting';
      await pause(60_000, undefined, { signal });
    },
  };
  const listeners = process.stdout.listenerCount('error');
  await expect(follow(drawing)).rejects.toThrow(InterruptedError);
  expect(process.stdout.listenerCount('error')).toBe(listeners);
});

describe('a command that has sent its request', () => {
  const after = (run: () => Promise<string>) => untilInterrupted('cce:test:bj:a', attachAgain, run);

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends at %s with how to attach again, whatever it waits for',
    async (signal) => {
      const before = process.listenerCount(signal);
      const interrupted = after(() => {
        // Not `emit`: the test runner listens too.
        process.listeners(signal).at(-1)?.(signal);
        return new Promise(() => {});
      });
      await expect(interrupted).rejects.toThrow(InterruptedError);
      await expect(interrupted).rejects.toMatchObject({ message: 'interrupted; cce:test:bj:a continues', attachAgain });
      expect(process.listenerCount(signal)).toBe(before);
    },
  );

  it('passes on results and errors, and leaves signals alone afterwards', async () => {
    const before = process.listenerCount('SIGINT');
    expect(await after(async () => 'running')).toBe('running');
    const error = new UnreachableError('check TEMPORAL_ADDRESS');
    await expect(after(() => Promise.reject(error))).rejects.toBe(error);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

it('a command that waits without a picture says each reason for it once', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const say = sayWhyBlocked<string | undefined>((reason) => reason);
    for (const reason of [undefined, 'no worker', 'no worker', undefined, 'no worker', 'no keys']) say(reason);
    const said = write.mock.calls.map(([text]) => stripVTControlCharacters(String(text)));
    expect(said).toEqual(['waiting no worker\n', 'waiting no worker\n', 'waiting no keys\n']);
  } finally {
    write.mockRestore();
  }
});
