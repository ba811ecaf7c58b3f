import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, it } from 'vitest';
import { startAPI } from './api.ts';

it('the OpenAPI document passes a public linter', async () => {
  const api = await startAPI();
  const { body: source } = await api.inject({ url: '/openapi.json' });
  await api.close();
  const lint = async (document: string) =>
    (
      await lintFromString({
        source: document,
        absoluteRef: 'openapi.json',
        config: await createConfig({ extends: ['recommended'] }),
      })
    ).map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`);
  expect(await lint(source)).toEqual([]);
  // It would find something.
  const broken = source
    .replaceAll('"operationId":"createCluster",', '')
    .replace('/schemas/Operation"', '/schemas/Nothing"');
  expect(await lint(broken)).toEqual([
    expect.stringContaining('operation-operationId') as string,
    expect.stringContaining('no-unresolved-refs') as string,
  ]);
});
