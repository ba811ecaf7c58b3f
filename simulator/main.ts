import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import { callNames } from './call-names.ts';
import { faultSummaries, parseFault, type Fault } from './fault-schema.ts';
import { defaultOptions, protectedAnswers, unsetTimeForms, type SimulatorOptions } from './options.ts';
import { createServer } from './server.ts';

interface Flags extends Omit<
  SimulatorOptions,
  'now' | 'faults' | 'seed' | 'accessKeyID' | 'secretAccessKey' | 'unsupportedMachineSpecs'
> {
  host: string;
  port: number;
  accessKey: string;
  secretKey: string;
  clockOffsetSeconds: number;
  seed?: string;
  fault?: Fault[];
  unsupportedMachineSpec?: string[];
}

const program = new Command('simulator')
  .description('Simulates the CCE v2 API. The first line on stdout is "listening on http://HOST:PORT".')
  .option('--port <port>', 'port to listen on; 0 selects a free port', wholeNumber, 8765)
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option(
    '--create-seconds <seconds>',
    'time from pending to running; 0 creates running clusters',
    duration,
    defaultOptions.createSeconds,
  )
  .option(
    '--node-seconds <seconds>',
    'time from the order of a node to running, but never before its cluster runs (default: as --create-seconds)',
    duration,
  )
  .option(
    '--delete-seconds <seconds>',
    'time from the DELETE call until the cluster, or the node, is gone',
    duration,
    defaultOptions.deleteSeconds,
  )
  .option('--access-key <key>', 'the only access key that the simulator accepts', defaultOptions.accessKeyID)
  .option('--secret-key <key>', 'secret key of the access key', defaultOptions.secretAccessKey)
  .option(
    '--deleted-visible-seconds <seconds>',
    'time during which a deleted cluster has the phase deleted, before 404',
    duration,
    0,
  )
  .addOption(
    new Option('--unset-times <form>', 'how event steps show a time that is not set yet')
      .choices(unsetTimeForms)
      .default(defaultOptions.unsetTimes),
  )
  .option('--unique-names', 'reject a create if a cluster with this name exists', defaultOptions.uniqueNames)
  .option('--check-network', 'reject a create if its networks overlap others in the VPC', defaultOptions.checkNetwork)
  .option('--quota <clusters>', 'maximum number of clusters in the account', wholeNumber, defaultOptions.quota)
  .option('--node-quota <nodes>', 'maximum number of nodes in each cluster', wholeNumber, defaultOptions.nodeQuota)
  .addOption(
    new Option('--protected-answer <form>', 'how a DELETE of a protected cluster is refused')
      .choices(protectedAnswers)
      .default(defaultOptions.protectedAnswer),
  )
  .option('--unsupported-machine-spec <spec>', 'machine type that the service does not support; repeatable', collect)
  .option('--clock-offset-seconds <seconds>', 'offset of the simulated clock', number, 0)
  .option('--state-file <file>', 'file that preserves the clusters across restarts')
  .option('--seed <seed>', 'makes IDs and faults reproducible (default: random, printed on stderr)')
  .option('--fault <fault>', 'a fault to inject, see below; repeatable', collectFault)
  .addHelpText('after', faultHelp())
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();

try {
  await run(program.opts<Flags>());
} catch (error) {
  // For a port in use or an unreadable state file, a stack trace would not help.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function run(flags: Flags): Promise<void> {
  const { host, port, accessKey, secretKey, clockOffsetSeconds, fault = [], ...others } = flags;
  const { unsupportedMachineSpec: unsupportedMachineSpecs = [], ...options } = others;
  const seed = flags.seed ?? randomBytes(4).toString('hex');
  const server = createServer({
    ...options,
    accessKeyID: accessKey,
    secretAccessKey: secretKey,
    seed,
    faults: fault,
    unsupportedMachineSpecs,
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
  const faults = Object.entries(faultSummaries).map(([kind, summary]) => `  ${kind.padEnd(20)}${summary}`);
  return `
Faults, for --fault or for POST /__admin/faults at run time (parameters in brackets):
${faults.join('\n')}

Every fault accepts these conditions:
  call              name of the call, see below
  name              pattern for the cluster name, with * and ?
  clusterID         ID of the cluster
  probability       0 to 1
  nth               only the nth matching call
  times             maximum number of times that the fault occurs
  forSeconds        the fault ends this long after it first occurs

Faults of nodes affect the nodes that one call orders: all of them, a share (0 to 1), or a count.

Write a fault as JSON or in short form:
  --fault '{"kind":"drop-after","call":"createCluster"}'
  --fault drop-after:call=createCluster,probability=0.2

Calls: ${callNames.join(', ')}`;
}

function collect(text: string, texts: string[] = []): string[] {
  return [...texts, text];
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
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function duration(text: string): number {
  const seconds = number(text);
  if (seconds < 0) throw new InvalidArgumentError('It must not be negative.');
  return seconds;
}

function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a non-negative integer.');
  return value;
}
