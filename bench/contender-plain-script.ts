import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Contender, EndedCluster } from './contender.ts';

/** The floor: nothing can be cheaper, and nothing of it survives a crash. */
export const plainScript: Contender = {
  name: 'plain-script',
  description:
    'POST, then a poll of the event steps each interval, all clusters at once with p-limit; no Temporal, nothing kept. ' +
    'Started again after a crash it begins from the start and asks for every name again, as most scripts do. ' +
    'Its memory includes about 30 MB of the TypeScript loader (tsx)',
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
        if (ended === undefined) throw new Error('the script broke off');
        results = ended as EndedCluster[];
      },
      results: async () => results,
      stop: () => kill(script),
    };
  },
};

/** @throws Error where it ends before it is ready; why is on stderr. */
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

/** The one message that a script sends when it is done; `undefined` where it ends without. */
async function answerOf(script: ChildProcess): Promise<EndedCluster[] | undefined> {
  const [answer] = (await Promise.race([once(script, 'message'), once(script, 'exit').then(() => [])])) as [
    EndedCluster[]?,
  ];
  return answer;
}

async function kill(script: ChildProcess): Promise<void> {
  const exited = once(script, 'exit');
  // One that broke off by itself sends no second exit.
  if (script.exitCode !== null) return;
  script.kill('SIGKILL');
  await exited;
}

function processIDOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the script has no process');
  return pid;
}
