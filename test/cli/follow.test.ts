import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { commandToAttach, ConnectionLostError, drawTo, follow, type Followed } from '../../cli/follow.ts';
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

it('a line that says nothing new is not printed again', async () => {
  const lines: string[] = [];
  const stream = { isTTY: false, write: (line: string) => lines.push(line) } as unknown as NodeJS.WriteStream;
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
