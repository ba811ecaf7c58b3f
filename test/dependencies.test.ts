import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

it('all of Temporal resolves one protobufjs of version 8: with two, histories in JSON cannot be read', () => {
  const resolve = (name: string) => {
    const from = createRequire(createRequire(import.meta.url).resolve(name));
    return {
      path: from.resolve('protobufjs'),
      version: (from('protobufjs/package.json') as { version: string }).version,
    };
  };
  const resolved = ['@temporalio/proto', '@temporalio/common', '@temporalio/worker'].map(resolve);
  expect(new Set(resolved.map(({ path }) => path)).size).toBe(1);
  expect(resolved[0]?.version).toMatch(/^8\./);
});
