import { expect, it } from 'vitest';
import { OptionsConflictError } from '../../client/index.ts';
import { unmetOptions } from '../../contract/unmet-options.ts';

const defaults = { onFailure: 'delete' };

it.each<[what: string, asked: object, actual: object, unmet: object[]]>([
  ['nothing asks for nothing', {}, { ttlSeconds: 60, onFailure: 'keep' }, []],
  ['the same is met', { ttlSeconds: 60 }, { ttlSeconds: 60 }, []],
  ['the default is met by a run without the option', { onFailure: 'delete' }, {}, []],
  ['a flag that is off is met by a run without the flag', { moveOut: false }, {}, []],
  ['a lease is not met by a run without one', { ttlSeconds: 60 }, {}, [{ option: 'ttlSeconds', asked: 60 }]],
  [
    'a lease is not met by another one',
    { ttlSeconds: 60 },
    { ttlSeconds: 30 },
    [{ option: 'ttlSeconds', asked: 60, actual: 30 }],
  ],
  [
    'the default is not met by another value',
    { onFailure: 'delete' },
    { onFailure: 'keep' },
    [{ option: 'onFailure', asked: 'delete', actual: 'keep' }],
  ],
  [
    'a flag is not met by a run that has it off',
    { deleteResource: true },
    { deleteResource: false },
    [{ option: 'deleteResource', asked: true, actual: false }],
  ],
])('of the options that a call gives, %s', (_, asked, actual, unmet) => {
  expect(unmetOptions({ ...asked }, { ...actual }, defaults)).toEqual(unmet);
});

it('the refusal names each option with what it is and what it was to be', () => {
  const unmet = unmetOptions({ ttlSeconds: 60, onFailure: 'keep' }, {}, defaults);
  expect(new OptionsConflictError('cce:a:bj:x', unmet, 'wait').message).toBe(
    'cce:a:bj:x is under way with other options: ttlSeconds is not set, not 60; onFailure is delete, not keep; wait',
  );
});
