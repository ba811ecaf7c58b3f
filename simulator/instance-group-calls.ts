import { z } from 'zod';
import type { ClusterRecord } from './cluster-record.ts';
import type { InstanceGroup } from './instance-groups.ts';
import { machinesOf } from './machines.ts';
import { parseInput } from './parse-input.ts';
import type { Simulation } from './simulation.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';
import { wireTime } from './wire-time.ts';

const listQuerySchema = z.object({
  keywordType: z.enum(['instanceGroupName', 'instanceGroupID']).default('instanceGroupName'),
  keyword: z.string().default(''),
  /** 0 means all groups, as does a page size of 0. */
  pageNo: z.coerce.number().int().min(0).default(0),
  pageSize: z.coerce.number().int().min(0).default(0),
});

/** GET /cluster/{clusterID}/instancegroups */
export function listInstanceGroups(simulation: Simulation, input: CallInput): CallOutcome {
  const record = clusterOf(simulation, input);
  const { keywordType, keyword, pageNo, pageSize } = parseInput(listQuerySchema, input.query);
  const matching = record.instanceGroups.filter(({ instanceGroupID, spec }) =>
    (keywordType === 'instanceGroupID' ? instanceGroupID : (spec.instanceGroupName ?? '')).includes(keyword),
  );
  const first = (pageNo - 1) * pageSize;
  const shown = pageNo === 0 || pageSize === 0 ? matching : matching.slice(first, first + pageSize);
  const list = shown.map((group) => toInstanceGroup(record, group, simulation.options.now()));
  return { body: { page: { pageNo, pageSize, totalCount: matching.length, list } } };
}

function toInstanceGroup(record: ClusterRecord, { instanceGroupID, spec, createdAtMs }: InstanceGroup, nowMs: number) {
  const ready = machinesOf(record, nowMs).filter(
    (machine) => machine.instanceGroupID === instanceGroupID && machine.state().instancePhase === 'running',
  );
  return {
    spec: { ...spec, cceInstanceGroupID: instanceGroupID, clusterID: record.clusterID, clusterRole: 'node' },
    status: { readyReplicas: ready.length, pause: { paused: false, reason: '' } },
    createdAt: wireTime(createdAtMs),
  };
}
