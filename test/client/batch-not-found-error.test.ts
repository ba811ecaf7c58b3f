import { describe, expect, it } from 'vitest';
import { BatchNotFoundError } from '../../client/index.ts';

describe('a batch that is not found', () => {
  it('may have been removed, if Temporal knows nothing of it', () => {
    expect(new BatchNotFoundError('a').message).toBe(
      'there is no batch named "a"; Temporal may have removed it after its retention time',
    );
    expect(new BatchNotFoundError('a').hint).toBeUndefined();
  });

  it('has a reason and a command, if a batch of this name may be known', () => {
    expect(new BatchNotFoundError('a', 'running batch', 'it may have ended')).toMatchObject({
      message: 'there is no running batch named "a"; it may have ended',
      hint: 'see ccectl batch status a',
    });
  });
});
