import { afterAll, beforeAll, inject } from 'vitest';
import type { FaultInput } from '../simulator/fault-schema.ts';
import type { SimulatorProcess } from '../simulator/process.ts';
import { startOrchestration, type Orchestration } from './orchestration.ts';
import { startSimulator } from './processes.ts';

/** What the tests of a file or block share. Each is there once the first hook has run. */
export interface Service {
  simulator: () => SimulatorProcess;
  orchestration: () => Orchestration;
}

interface ServiceOptions {
  faults?: readonly FaultInput[];
  /** Starts a worker in this process. @default true */
  worker?: boolean;
  /** Starts a Temporal server for these tests alone. By default they use the one of the test run. */
  temporal?: () => Promise<{ address: string; stop: () => Promise<void> }>;
}

/**
 * Starts a simulator, a client and a worker before the tests of a file or block, and stops them afterwards. Call it before
 * other hooks, which may then use them.
 */
export function useService(
  simulatorArgs: readonly string[],
  { faults = [], worker = true, temporal }: ServiceOptions = {},
): Service {
  let simulator: SimulatorProcess;
  let orchestration: Orchestration;
  let stopTemporal: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    simulator = await startSimulator(simulatorArgs);
    for (const fault of faults) await simulator.addFault(fault);
    const server = await temporal?.();
    stopTemporal = server?.stop;
    orchestration = await startOrchestration(simulator, undefined, server?.address ?? inject('temporalAddress'));
    if (worker) await orchestration.startWorker();
  });

  afterAll(async () => {
    await orchestration.stop();
    await simulator.stop();
    await stopTemporal?.();
  });

  return { simulator: () => simulator, orchestration: () => orchestration };
}
