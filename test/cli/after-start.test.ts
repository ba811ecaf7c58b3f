import { describe, expect, it } from 'vitest';
import { afterStart, StatusUnreadableError } from '../../cli/after-start.ts';
import { OperationNotFoundError, PayloadDecryptionError } from '../../client/index.ts';

describe('what follows a request that was sent', () => {
  const failing = (error: Error) => afterStart('cce:default:bj:a', () => Promise.reject(error));

  it('says that it was sent, if its status cannot be read', async () => {
    const unreadable = failing(new PayloadDecryptionError('unknownKey', 'there is no key "1"'));
    await expect(unreadable).rejects.toThrow(StatusUnreadableError);
    await expect(unreadable).rejects.toThrow(
      'the request has reached cce:default:bj:a, but its status cannot be read: there is no key "1"',
    );
  });

  it('passes on results and other errors as they are', async () => {
    expect(await afterStart('cce:default:bj:a', async () => 'running')).toBe('running');
    const error = new OperationNotFoundError('a');
    await expect(failing(error)).rejects.toBe(error);
  });
});
