import { z } from 'zod';
import type { Cluster } from '../cce/cluster.ts';
import { wireObject } from '../cce/wire.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { clusterOrders } from './clusters.ts';
import { lifecycleAt } from './lifecycle.ts';
import { countMachines } from './machine-order.ts';
import { pageQueryShape } from './page-query.ts';
import { parseInput } from './parse-input.ts';
import { clusterNotFound, invalidParam, ServiceError } from './service-error.ts';
import type { ProtectedAnswer } from './options.ts';
import type { Simulation } from './simulation.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';
import { wireTime } from './wire-time.ts';

const listQuerySchema = z.object({
  keywordType: z.enum(['clusterName', 'clusterID']).default('clusterName'),
  orderBy: z.enum(clusterOrders).default('clusterName'),
  ...pageQueryShape,
});

/** GET /clusters. The keyword matches anywhere in the field (API page: a fuzzy match). */
export function listClusters({ clusters, options }: Simulation, { query }: CallInput): CallOutcome {
  const page = parseInput(listQuerySchema, query);
  const nowMs = options.now();
  const matching = clusters
    .inOrder(page.orderBy)
    .filter((record) => record.listedFromMs <= nowMs && keyOf(record, page.keywordType).includes(page.keyword));
  if (page.order === 'DESC') matching.reverse();
  const first = (page.pageNo - 1) * page.pageSize;
  const clusterList = matching.slice(first, first + page.pageSize).map((record) => toCluster(record, nowMs));
  return { body: { clusterPage: { ...page, totalCount: matching.length, clusterList } } };
}

function keyOf(record: ClusterRecord, keywordType: 'clusterName' | 'clusterID'): string {
  return keywordType === 'clusterName' ? record.clusterName : record.clusterID;
}

/** GET /cluster/{clusterID} */
export function getCluster(simulation: Simulation, input: CallInput): CallOutcome {
  return { body: { cluster: toCluster(clusterOf(simulation, input), simulation.options.now()) } };
}

/** The cluster in a response at a given time (API page, response of Get cluster). */
function toCluster(record: ClusterRecord, nowMs: number): Cluster {
  const { clusterPhase, updatedAtMs } = lifecycleAt(record, nowMs);
  const nodeNum = countMachines(record.machines, 'node');
  return {
    spec: record.spec,
    status: {
      clusterBLB: clusterPhase === 'pending' ? { id: '', vpcIP: '', eip: '' } : record.loadBalancer,
      clusterPhase,
      nodeNum: clusterPhase === 'running' ? nodeNum : 0,
    },
    createdAt: wireTime(record.createdAtMs),
    updatedAt: wireTime(updatedAtMs),
  };
}

const deleteQuerySchema = z.object({
  deleteResource: z.stringbool().default(false),
  deleteCDSSnapshot: z.stringbool().default(false),
  moveOut: z.stringbool().default(false),
});

/** DELETE /cluster/{clusterID}. A repeated call during a deletion has no effect; after a failed deletion it is a retry. */
export function deleteCluster(simulation: Simulation, input: CallInput): CallOutcome {
  const record = clusterOf(simulation, input);
  const deletionOptions = parseInput(deleteQuerySchema, input.query);
  const nowMs = simulation.options.now();
  const { clusterPhase } = lifecycleAt(record, nowMs);
  if (clusterPhase === 'deleted') throw clusterNotFound(record.clusterID);
  if (clusterPhase === 'deleting') return { body: {} };
  if (record.spec.forbidDelete === true)
    throw protectedFromDeletion(simulation.options.protectedAnswer, record.clusterID);
  const attempt = (record.deletion?.attempt ?? 0) + 1;
  const fails = simulation.faults.drawFirst(
    {
      call: 'deleteCluster',
      clusterName: record.clusterName,
      clusterID: record.clusterID,
      deletionAttempt: attempt,
    },
    ['delete-failed'],
  );
  simulation.clusters.change(record, {
    deletion: { ...deletionOptions, requestedAtMs: nowMs, attempt, fails: fails !== undefined },
  });
  return { body: {}, effect: 'deleted' };
}

/** No source says how the service refuses this; see `docs/assumptions.md`. */
function protectedFromDeletion(answer: ProtectedAnswer, clusterID: string): ServiceError {
  const message = `cluster ${clusterID} is protected from deletion (forbidDelete)`;
  return answer === 'invalid-param'
    ? invalidParam(message)
    : new ServiceError(403, 'cce.warning.OperationNotAllowed', message);
}

const forbidDeleteSchema = wireObject({ forbidDelete: z.boolean() });

/** PUT /cluster/{clusterID}/forbiddelete */
export function setForbidDelete(simulation: Simulation, input: CallInput): CallOutcome {
  const record = clusterOf(simulation, input);
  const { forbidDelete } = parseInput(forbidDeleteSchema, input.body);
  simulation.clusters.change(record, { spec: { ...record.spec, forbidDelete } });
  return { body: { success: true, forbidDelete }, effect: 'protected' };
}

/** GET /quota/cluster */
export function getClusterQuota({ clusters, options }: Simulation): CallOutcome {
  return { body: { quota: options.quota, used: clusters.inOrder('clusterName').length } };
}
