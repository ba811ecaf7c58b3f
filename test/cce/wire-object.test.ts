import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  openEnum,
  requestIDSchema,
  secretValueSchema,
  wireObject,
  wireTextSchema,
  wireTimeSchema,
} from '../../cce/wire.ts';

const schema = wireObject(
  {
    clusterID: z.string(),
    cpu: z.int().optional(),
    errInfo: wireObject({ traceID: z.string() }).optional(),
    phase: openEnum('running').optional(),
  },
  { errorInfo: 'errInfo' },
);

describe('a wire object', () => {
  it.each([
    {
      name: 'renames a key that differs in case',
      input: { ClusterID: 'a', CPU: 4 },
      output: { clusterID: 'a', cpu: 4 },
    },
    {
      name: 'renames within nested objects',
      input: { clusterID: 'a', errInfo: { TraceId: 't' } },
      output: { clusterID: 'a', errInfo: { traceID: 't' } },
    },
    {
      name: 'prefers the exact key, listed first',
      input: { cpu: 4, CPU: 8, clusterID: 'a' },
      output: { clusterID: 'a', cpu: 4 },
    },
    {
      name: 'prefers the exact key, listed last',
      input: { CPU: 8, cpu: 4, clusterID: 'a' },
      output: { clusterID: 'a', cpu: 4 },
    },
    {
      name: 'reads an alias',
      input: { clusterID: 'a', errorInfo: { traceID: 't' } },
      output: { clusterID: 'a', errInfo: { traceID: 't' } },
    },
    {
      name: 'reads null in an optional field as absent',
      input: { clusterID: 'a', cpu: null, ErrInfo: null },
      output: { clusterID: 'a' },
    },
    {
      name: 'keeps unknown keys and their case',
      input: { clusterID: 'a', NewField: null },
      output: { clusterID: 'a', NewField: null },
    },
    {
      name: 'accepts unknown values of an open enum',
      input: { clusterID: 'a', phase: 'new' },
      output: { clusterID: 'a', phase: 'new' },
    },
  ])('$name', ({ input, output }) => {
    expect(schema.parse(input)).toStrictEqual(output);
  });

  it.each([
    { name: 'a missing field', input: { cpu: 4 }, path: ['clusterID'] },
    { name: 'null in a required field', input: { clusterID: null }, path: ['clusterID'] },
    {
      name: 'a wrong type below a renamed key',
      input: { clusterID: 'a', ERRINFO: { traceID: 1 } },
      path: ['errInfo', 'traceID'],
    },
    { name: 'a list', input: [], path: [] },
    { name: 'null', input: null, path: [] },
  ])('rejects $name', ({ input, path }) => {
    expect(schema.safeParse(input).error?.issues.map((issue) => issue.path)).toStrictEqual([path]);
  });

  it('keeps all unknown keys', () => {
    const known = new Set(['clusterid', 'cpu', 'errinfo', 'errorinfo', 'phase', '__proto__']);
    const unknownKey = fc.string().filter((key) => !known.has(key.toLowerCase()));
    fc.assert(
      fc.property(fc.dictionary(unknownKey, fc.jsonValue(), { noNullPrototype: true }), (unknown) => {
        expect(schema.parse({ ...unknown, CLUSTERID: 'a' })).toStrictEqual({ ...unknown, clusterID: 'a' });
      }),
      { seed: 1 },
    );
  });
});

describe('a wire time', () => {
  it.each([undefined, null, '', '0001-01-01T00:00:00Z'])('reads %j as unset', (time) => {
    expect(wireObject({ time: wireTimeSchema }).parse({ time }).time).toBeUndefined();
  });

  it.each(['2020-09-04T01:58:12Z', '2020-09-04T09:58:12.5+08:00'])('keeps %s', (time) => {
    expect(wireObject({ time: wireTimeSchema }).parse({ time })).toStrictEqual({ time });
  });

  it('rejects a string that is not a time', () => {
    expect(wireTimeSchema.safeParse('yesterday').success).toBe(false);
  });
});

describe('a wire schema', () => {
  it.each([
    { name: 'a number as a string', schema: wireTextSchema, input: 3, output: '3' },
    { name: 'a missing request ID as an empty string', schema: requestIDSchema, input: undefined, output: '' },
    { name: 'a secret in plain text', schema: secretValueSchema, input: 'a', output: 'a' },
    {
      name: 'a reference to an environment variable',
      schema: secretValueSchema,
      input: { fromEnv: 'A' },
      output: { fromEnv: 'A' },
    },
    { name: 'a reference to a file', schema: secretValueSchema, input: { fromFile: '/a' }, output: { fromFile: '/a' } },
  ])('reads $name', ({ schema: valueSchema, input, output }) => {
    expect(valueSchema.parse(input)).toStrictEqual(output);
  });

  it.each([{ fromEnv: '' }, { fromEnv: 'A', fromFile: '/a' }, { fromVault: 'A' }, 5])(
    'rejects %j as a secret',
    (input) => {
      expect(secretValueSchema.safeParse(input).success).toBe(false);
    },
  );
});
