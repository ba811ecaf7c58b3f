import { describe, expect, it } from 'vitest';
import { OperationNotFoundError } from '../../client/index.ts';

describe('an operation that is not found', () => {
  it('may have been removed, if Temporal knows nothing of the cluster', () => {
    expect(new OperationNotFoundError('a').message).toBe(
      'there is no create or delete of "a"; either there never was one, or Temporal has removed it after its retention time',
    );
  });

  it('names the commands for a batch, if one of this name is under way', () => {
    expect(new OperationNotFoundError('a', 'running create or delete', undefined, true)).toMatchObject({
      message: 'there is no running create or delete of "a"; a batch has this name',
      hint: 'see ccectl batch status a, or ccectl batch cancel a',
    });
  });

  it.each([
    ['completed', 'has ended'],
    ['running', 'is under way'],
  ])('is told apart from the latest one, which is %s', (execution, says) => {
    const error = new OperationNotFoundError('a', 'running create or delete', { kind: 'create', execution });
    expect(error).toMatchObject({
      message: `there is no running create or delete of "a"; its latest create ${says}`,
      hint: 'see ccectl status a',
    });
  });
});
