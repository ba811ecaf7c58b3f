import { describe, expect, it } from 'vitest';
import { UnreachableError } from '../../client/index.ts';
import { startFailureText } from '../../local/start-stack-or-exit.ts';

describe('a stack that does not start', () => {
  const unreachable = new UnreachableError('cannot reach Temporal at 127.0.0.1:1');

  it('says how to get a server of its own, if the one that was given does not answer', () => {
    expect(startFailureText(unreachable, '127.0.0.1:1')).toBe(
      'cannot reach Temporal at 127.0.0.1:1\nTEMPORAL_ADDRESS is set, so no server was started; to start one: unset TEMPORAL_ADDRESS',
    );
  });

  it.each([undefined, ''])('has only the reason if no server was given: %j', (given) => {
    expect(startFailureText(unreachable, given)).toBe('cannot reach Temporal at 127.0.0.1:1');
    expect(startFailureText(new Error('No `temporal` binary found.'), given)).toBe('No `temporal` binary found.');
  });

  it('keeps the stack trace of an error that nobody foresaw', () => {
    expect(startFailureText(new TypeError('x is not a function'), '127.0.0.1:1')).toBeUndefined();
  });
});
