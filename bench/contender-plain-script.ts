import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Contender, EndedCluster } from './contender.ts';

/** The lower bound: nothing is cheaper, but it loses everything in a crash. */
export const plainScript: Contender = {
  name: 'plain-script',
  description:
    'POST, then a poll of the event steps in each interval, all clusters at once with p-limit; no Temporal, no state. ' +
    'After a crash it starts from the beginning and creates every cluster again, as most scripts do. ' +
    'Its memory includes about 30 MB for the TypeScript loader (tsx)',
  async start(environment) {
    let script = await startScript(environment);
    let clusterNames: readonly string[] = [];
    let answer: Promise<EndedCluster[] | undefined> = Promise.resolve(undefined);
    let results: EndedCluster[] = [];

    function send(): void {
      answer = answerOf(script);
      script.send([...clusterNames]);
    }

    return {
      processID: processIDOf(script),
      async begin(names) {
        clusterNames = names;
        send();
      },
      async crash() {
        await kill(script);
        script = await startScript(environment);
        send();
      },
      async ended(signal) {
        const ended = await Promise.race([answer, once(signal, 'abort')]);
        signal.throwIfAborted();
        if (ended === undefined) throw new Error('the script exited before it finished');
        results = ended as EndedCluster[];
      },
      results: async () => results,
      stop: () => kill(script),
    };
  },
};

/** @throws Error if the script exits before it is ready; stderr shows the reason. */
async function startScript(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const script = fork(fileURLToPath(new URL('plain-script.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const killWithParent = () => script.kill('SIGKILL');
  process.once('exit', killWithParent);
  script.once('exit', () => process.off('exit', killWithParent));
  const isReady = await Promise.race([
    once(script, 'message').then(() => true),
    once(script, 'exit').then(() => false),
  ]);
  if (!isReady) throw new Error('the script did not start');
  return script;
}

/** Waits for the message that the script sends when it is done; `undefined` if it exits without one. */
async function answerOf(script: ChildProcess): Promise<EndedCluster[] | undefined> {
  const [answer] = (await Promise.race([once(script, 'message'), once(script, 'exit').then(() => [])])) as [
    EndedCluster[]?,
  ];
  return answer;
}

async function kill(script: ChildProcess): Promise<void> {
  const exited = once(script, 'exit');
  // A script that has already exited emits no second exit event.
  if (script.exitCode !== null) return;
  script.kill('SIGKILL');
  await exited;
}

function processIDOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the script did not start');
  return pid;
}
