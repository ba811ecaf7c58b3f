import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { temporalFailureText } from '../../cli/temporal-failure.ts';
import { UnreachableError } from '../../client/index.ts';

const grpcError = (code: number, details: string) =>
  Object.assign(new Error(`${code} CODE: ${details}`), { code, details, metadata: {} });
const lost = /^the connection to Temporal is lost, and .+; run it again .+ safe to repeat$/;

describe('a call that Temporal fails', () => {
  it.each([
    ['that nothing listens', new ServiceError('Failed to start', { cause: grpcError(14, 'ECONNREFUSED') }), lost],
    ['that the answer takes too long', grpcError(4, 'Deadline exceeded'), lost],
    ['that the call was cut off', grpcError(1, 'Call cancelled'), lost],
    ['that the channel is closed', new Error('Channel has been shut down'), lost],
    [
      'that rights are missing',
      grpcError(7, 'not yours'),
      /^Temporal refuses the call \(not yours\); check the rights/,
    ],
    ['that the key is wrong', grpcError(16, 'who?'), /^Temporal refuses the call \(who\?\); check the rights/],
    ['that it is overloaded', grpcError(8, 'RPS limit'), /^Temporal takes no more calls .*\(RPS limit\); run .+ later/],
  ])('is a sentence with what to do, without the text of gRPC, if the reason is %s', (_, error, expected) => {
    const text = temporalFailureText(error);
    expect(text).toMatch(expected);
    expect(text).not.toMatch(/CODE|Failed to start|shut down/);
  });

  it.each([
    ['an error of our own', new UnreachableError('check TEMPORAL_ADDRESS')],
    ['an error that nobody foresaw', new TypeError('x is not a function')],
    ['an error of the file system', Object.assign(new Error('ENOENT'), { code: 'ENOENT' })],
    ['another code of gRPC', grpcError(3, 'unknown field in the query')],
  ])('is not taken for %s', (_, error) => {
    expect(temporalFailureText(error)).toBeUndefined();
  });
});
