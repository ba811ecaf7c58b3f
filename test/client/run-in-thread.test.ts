import { expect, it } from 'vitest';
import { parseYAMLInThread } from '../../client/batch/parse-yaml-in-thread.ts';

it('a thread ends as soon as nobody waits for it any more', async () => {
  const client = new AbortController();
  // It takes seconds to parse.
  const parsing = parseYAMLInThread(`[${'{a: [1, 2]},'.repeat(60_000)}]`, { signal: client.signal });
  setImmediate(() => client.abort(new Error('the client has hung up')));
  await expect(parsing).rejects.toThrow('the client has hung up');
});
