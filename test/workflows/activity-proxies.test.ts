import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('every proxy names the task queue of its account, since nobody polls that of a pool for activities', () => {
  const source = readFileSync(new URL('../../workflows/activity-proxies.ts', import.meta.url), 'utf8');
  const [, ...proxies] = source.split('proxyActivities<Activities>(');
  expect(proxies.length).toBeGreaterThan(10);
  for (const proxy of proxies) expect(proxy).toMatch(/^\{\s*\.\.\.on(Short|Mutate|Watch)Queue\(\)/);
});
