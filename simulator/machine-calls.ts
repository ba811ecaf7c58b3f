import { z } from 'zod';
import { lifecycleAt } from './lifecycle.ts';
import type { Machine } from './machines.ts';
import { pageQueryShape } from './page-query.ts';
import { parseInput } from './parse-input.ts';
import type { Simulation } from './simulation.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';
import { wireTime } from './wire-time.ts';

const listQuerySchema = z.object({
  keywordType: z.string().default('instanceName'),
  orderBy: z.string().default('createdAt'),
  ...pageQueryShape,
});

/**
 * GET /cluster/{clusterID}/instances: returns the machines in pages, masters first. It repeats keyword and order in the
 * response but ignores them. It assumes that machines have the phase of their cluster.
 */
export function listInstances(simulation: Simulation, input: CallInput): CallOutcome {
  const record = clusterOf(simulation, input);
  const page = parseInput(listQuerySchema, input.query);
  const { clusterPhase, updatedAtMs } = lifecycleAt(record, simulation.options.now());
  const first = (page.pageNo - 1) * page.pageSize;
  const times = { createdAt: wireTime(record.createdAtMs), updatedAt: wireTime(updatedAtMs) };
  const instanceList = record.machines
    .slice(first, first + page.pageSize)
    .map((machine) => ({ ...toInstance(machine, record.clusterID, clusterPhase), ...times }));
  const { clusterID, machines } = record;
  return { body: { instancePage: { clusterID, ...page, totalCount: machines.length, instanceList } } };
}

function toInstance(machine: Machine, clusterID: string, instancePhase: string): object {
  const { cceInstanceID, instanceID, role, spec, vpcIP, eip = '', volumes } = machine;
  const disks = spec.instanceResource?.cdsList ?? [];
  return {
    spec: { ...spec, cceInstanceID, clusterID, clusterRole: role },
    status: {
      machine: {
        instanceID,
        vpcIP,
        eip,
        mountList: volumes.map(({ volumeID: cdsID }, index) => ({ ...disks[index], cdsID })),
      },
      instancePhase,
      machineStatus: instancePhase === 'running' ? 'ACTIVE' : '',
    },
  };
}
