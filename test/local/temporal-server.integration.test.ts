import { expect, it } from 'vitest';
import { startTemporalServer } from '../../local/temporal-server.ts';

it('a Temporal server says that it has ended, also if somebody else has killed it', async () => {
  const server = await startTemporalServer();
  let hasEnded = false;
  const ended = server.ended.then(() => (hasEnded = true));
  expect(hasEnded).toBe(false);
  process.kill(server.processID!, 'SIGKILL');
  expect(await ended).toBe(true);
  await server.stop();
});
