import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import { callNames } from './call-names.ts';
import { faultSummaries, parseFault, type Fault } from './fault-schema.ts';
import { defaultOptions, unsetTimeForms, type SimulatorOptions } from './options.ts';
import { createServer } from './server.ts';

interface Flags extends Omit<SimulatorOptions, 'now' | 'faults' | 'seed' | 'accessKeyID' | 'secretAccessKey'> {
  host: string;
  port: number;
  accessKey: string;
  secretKey: string;
  clockOffsetSeconds: number;
  seed?: string;
  fault?: Fault[];
}

const program = new Command('simulator')
  .description('A service that behaves like CCE v2. Its first line on stdout is "listening on http://HOST:PORT".')
  .option('--port <port>', '0 takes a free one', wholeNumber, 8765)
  .option('--host <host>', 'the address to listen on', '127.0.0.1')
  .option('--create-seconds <seconds>', 'from pending to running', duration, defaultOptions.createSeconds)
  .option('--delete-seconds <seconds>', 'from DELETE until the cluster is gone', duration, defaultOptions.deleteSeconds)
  .option('--access-key <key>', 'the one access key there is', defaultOptions.accessKeyID)
  .option('--secret-key <key>', 'its secret', defaultOptions.secretAccessKey)
  .option(
    '--deleted-visible-seconds <seconds>',
    'how long a deleted cluster shows phase deleted before 404',
    duration,
    0,
  )
  .addOption(
    new Option('--unset-times <form>', "how a step's time is written that has not come")
      .choices(unsetTimeForms)
      .default(defaultOptions.unsetTimes),
  )
  .option('--unique-names', 'refuse a second live cluster of one name', defaultOptions.uniqueNames)
  .option('--check-network', 'refuse networks that overlap within a VPC', defaultOptions.checkNetwork)
  .option('--quota <clusters>', 'how many clusters the account may have', wholeNumber, defaultOptions.quota)
  .option('--clock-offset-seconds <seconds>', "shifts the service's clock", number, 0)
  .option('--state-file <file>', 'keeps the clusters over restarts')
  .option('--seed <seed>', 'makes IDs and faults repeatable (default: drawn, and printed on stderr)')
  .option('--fault <fault>', 'see below; may be given several times', collectFault)
  .addHelpText('after', faultHelp())
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();

try {
  await run(program.opts<Flags>());
} catch (error) {
  // A port in use or a state file that cannot be read: the stack would not help.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function run(flags: Flags): Promise<void> {
  const { host, port, accessKey, secretKey, clockOffsetSeconds, fault = [], ...options } = flags;
  const seed = flags.seed ?? randomBytes(4).toString('hex');
  const server = createServer({
    ...options,
    accessKeyID: accessKey,
    secretAccessKey: secretKey,
    seed,
    faults: fault,
    now: () => Date.now() + clockOffsetSeconds * 1000,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  }
  await server.listen({ host, port });
  console.error(`seed: ${seed}`);
  const address = server.server.address() as AddressInfo;
  console.log(`listening on http://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
}

function faultHelp(): string {
  const faults = Object.entries(faultSummaries).map(([kind, summary]) => `  ${kind.padEnd(18)}${summary}`);
  return `
Faults (--fault, or POST /__admin/faults while it runs):
${faults.join('\n')}

Conditions of every fault: call (see below), name (pattern with * and ?), clusterID, probability (0 to 1),
nth (only that matching call), times (at most so often). JSON: --fault '{"kind":"drop-after","call":"createCluster"}',
short: --fault drop-after:call=createCluster,probability=0.2

Calls: ${callNames.join(', ')}`;
}

function collectFault(text: string, faults: Fault[] = []): Fault[] {
  try {
    return [...faults, parseFault(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('This is not a number.');
  return value;
}

function duration(text: string): number {
  const seconds = number(text);
  if (seconds < 0) throw new InvalidArgumentError('A duration is not negative.');
  return seconds;
}

function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('This is not a whole number.');
  return value;
}
