import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { loadDataConverter } from '../../client/index.ts';
import { failureConverterPath } from '../../temporal/encryption/data-converter.ts';
import '../setup-runtime.ts';
import { repeatedDraws, seededDraws } from './draws.ts';
import { exploreRun } from './explore-run.ts';
import { interceptRequests } from './explored-activities.ts';
import { trackInFlight } from './in-flight.ts';
import { judge } from './oracle.ts';
import { startSkippingServer } from './skipping-server.ts';

/** A run to explore. */
export interface Order {
  seed: string;
  /** A pair of what may come together that the run is to bring about, if it can. */
  aim?: string;
  /** What to decide instead of what the seed says. */
  decisions?: readonly number[];
}

/** What a run has shown. */
export interface Explored {
  seed: string;
  decisions: readonly number[];
  violations: string[];
  pairs: string[];
  story: string[];
  /** What people asked for and were told at the end. */
  told: string[];
  /** Why the run could not be explored. */
  abandoned?: string;
}

// As in test/setup.ts, which only Vitest can load.
process.env.CCE_ADMIN_PASSWORD = 'test123!T';
process.env.CCE_ENCRYPTION_KEYS = 'test:dGhlIGtleSBvZiB0aGUgdGVzdHMsIG9mIDMyIGJ5dGU=';
const inFlight = trackInFlight();
interceptRequests(inFlight);
const scope = { account: 'explored', region: 'bj' };
let createActivities: (() => Activities) | undefined;
const server = await startSkippingServer({
  scope,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  }),
  dataConverter: loadDataConverter(),
  inFlight,
  activities: () => createActivities!(),
});
let number = 0;
let leftBehind = 0;

process.on('message', (order: Order) => void serve(order));
// The one who started this process ends its server too.
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

async function serve({ seed, aim, decisions }: Order): Promise<void> {
  const draws = decisions === undefined ? seededDraws(seed) : repeatedDraws(decisions);
  const empty = { seed, decisions: draws.drawn, violations: [], pairs: [], story: [], told: [] };
  try {
    const record = await exploreRun({
      server,
      inFlight,
      scope,
      number: number++,
      leftBehind,
      draws,
      ...(aim !== undefined && { aim }),
      setActivities: (create) => (createActivities = create),
    });
    leftBehind += record.leftBehind;
    const told = [
      ...record.asked.map(({ message, answer, clusterID = '' }) => `${message} ${clusterID}: ${answer}`),
      ...record.operations.map(
        ({ kind, runID, execution, outcome }) =>
          `${kind} ${runID} ${execution}: ${JSON.stringify({ ...outcome, steps: [] })}`,
      ),
      ...record.clusters.map(({ clusterID, state }) => `${clusterID} ${state}`),
    ];
    const { pairs, story } = record;
    const violations = judge(record);
    process.send?.({ seed, decisions: draws.drawn, violations, pairs: [...pairs], story, told } satisfies Explored);
  } catch (error) {
    process.send?.({ ...empty, abandoned: String(error).slice(0, 3000) } satisfies Explored);
  }
}
