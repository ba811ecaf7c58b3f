import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ClusterSummary, KubeconfigSummary, MachineSummary, PlantedCluster } from './admin-routes.ts';
import type { CallCounter, LogEntry } from './call-log.ts';
import type { FaultInput } from './fault-schema.ts';
import type { ActiveFault } from './faults.ts';
import type { Leftover } from './leftovers.ts';
import { defaultOptions } from './options.ts';

export { kubeconfigMarker } from './kubeconfig.ts';

/** A simulator in a separate process, and its admin calls. */
export interface SimulatorProcess {
  /** The origin, e.g. `http://127.0.0.1:40123`. */
  url: string;
  accessKeyID: string;
  secretAccessKey: string;
  /** Returns the log of all calls, or of the calls with one name, oldest first. */
  log: (call?: string) => Promise<LogEntry[]>;
  /** Returns the counters by name of the call. */
  counters: () => Promise<Record<string, CallCounter>>;
  /** Returns all existing clusters, oldest first. */
  clusters: () => Promise<ClusterSummary[]>;
  /** Returns the machines of a cluster in the order of their creation. */
  machines: (clusterID: string) => Promise<MachineSummary[]>;
  /** Returns the temporary kubeconfigs of all existing clusters. */
  kubeconfigs: () => Promise<KubeconfigSummary[]>;
  /** Returns the resources that finished deletions left behind. */
  leftovers: () => Promise<Leftover[]>;
  addFault: (fault: FaultInput) => Promise<ActiveFault>;
  removeFault: (fault: ActiveFault) => Promise<void>;
  clearFaults: () => Promise<void>;
  /** Adds a cluster without a create call and returns its ID. */
  plantCluster: (cluster: PlantedCluster) => Promise<string>;
  /** Deletes a cluster without a DELETE call: at once, or with the phase `deleting` first. */
  deleteFromOutside: (clusterID: string, phase?: 'deleting') => Promise<void>;
  /** Sends SIGTERM, waits for the exit and returns the exit code. */
  stop: () => Promise<number | null>;
  /** Sends SIGKILL and waits for the exit. */
  kill: () => Promise<void>;
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts a simulator on a free port and waits until it listens.
 *
 * @param args Additional command-line flags, e.g. `['--create-seconds', '1']`.
 * @param entry What node runs. Default: the source.
 * @throws Error with the stderr output if the simulator exits before it listens.
 */
export async function startSimulator(
  args: readonly string[] = [],
  entry: readonly string[] = ['--import', 'tsx', 'simulator/main.ts'],
): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [...entry, '--port', '0', ...args], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  // An aborted test run must not leave simulators behind.
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  child.once('exit', () => process.off('exit', killWithParent));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const firstLine = await Promise.race([once(createInterface(child.stdout), 'line'), exited.then(() => undefined)]);
  const url = /^listening on (http:\/\/\S+)$/.exec(String(firstLine?.[0]))?.[1];
  if (url === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the simulator did not start (exit code ${child.exitCode}):\n${errors}`);
  }

  return {
    ...adminCallsOf(url),
    accessKeyID: flag(args, '--access-key') ?? defaultOptions.accessKeyID,
    secretAccessKey: flag(args, '--secret-key') ?? defaultOptions.secretAccessKey,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The address of a simulator and its admin calls, whatever process it runs in. */
export function adminCallsOf(url: string) {
  async function admin<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${url}/__admin/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  return {
    url,
    log: (call) => admin('GET', call === undefined ? 'log' : `log?call=${call}`),
    counters: async () => (await admin<{ byCall: Record<string, CallCounter> }>('GET', 'counters')).byCall,
    clusters: () => admin('GET', 'clusters'),
    machines: (clusterID) => admin('GET', `clusters/${clusterID}/machines`),
    kubeconfigs: () => admin('GET', 'kubeconfigs'),
    leftovers: () => admin('GET', 'leftovers'),
    addFault: (fault) => admin('POST', 'faults', fault),
    removeFault: async ({ id }) => {
      await admin('DELETE', `faults/${id}`);
    },
    clearFaults: async () => {
      await admin('DELETE', 'faults');
    },
    plantCluster: async (cluster) => (await admin<{ clusterID: string }>('POST', 'clusters', cluster)).clusterID,
    deleteFromOutside: async (clusterID, phase) => {
      await admin('DELETE', `clusters/${clusterID}${phase === undefined ? '' : `?phase=${phase}`}`);
    },
  } satisfies Partial<SimulatorProcess>;
}

function flag(args: readonly string[], name: string): string | undefined {
  const position = args.indexOf(name);
  return position === -1 ? undefined : args[position + 1];
}
