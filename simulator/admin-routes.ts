import ipaddr from 'ipaddr.js';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { clusterSpecSchema, type ClusterSpec } from '../cce/cluster-spec.ts';
import type { ClusterRecord, ShownSpec } from './cluster-record.ts';
import { defaultDeletionOptions } from './deletion-options.ts';
import { freshClusterID, shownSpec } from './create-cluster.ts';
import { faultSchema } from './fault-schema.ts';
import { expiresAtMs } from './kubeconfig.ts';
import { lifecycleAt } from './lifecycle.ts';
import { countMachines, noMachines } from './machine-order.ts';
import { machinesOf, randomAddress } from './machines.ts';
import { parseInput } from './parse-input.ts';
import { clusterNotFound, ServiceError, toServiceError } from './service-error.ts';
import type { Simulation } from './simulation.ts';
import { wireTime } from './wire-time.ts';

/**
 * Registers the simulator's own calls, for tests and demonstrations. They need no signature, are not in the log, and are
 * only for callers on this machine.
 */
export function registerAdminRoutes(app: FastifyInstance, simulation: Simulation): void {
  const { clusters, faults, log, options } = simulation;
  void app.register(
    async (admin) => {
      admin.addHook('onRequest', async ({ ip }) => {
        if (ipaddr.process(ip).range() !== 'loopback') {
          throw new ServiceError(
            403,
            'cce.warning.AccessDenied',
            'admin calls are only allowed from loopback addresses',
          );
        }
      });
      admin.setErrorHandler((error, _request, reply) => {
        const { httpStatus, code, message } = toServiceError(error);
        return reply.code(httpStatus).send({ code, message });
      });
      admin.get<{ Querystring: { call?: string } }>('/log', ({ query }) => log.entries(query.call));
      admin.get('/counters', () => ({ byCall: log.counters() }));
      admin.get('/leftovers', () => clusters.leftovers());
      admin.get('/clusters', () => clusters.inOrder('createdAt').map((record) => toSummary(record, options.now())));
      admin.post('/clusters', ({ body }) => ({ clusterID: plantCluster(simulation, body) }));
      admin.get<{ Params: { clusterID: string } }>('/clusters/:clusterID/machines', ({ params: { clusterID } }) =>
        listMachines(simulation, clusterID),
      );
      admin.get('/kubeconfigs', () => clusters.inOrder('createdAt').flatMap(listKubeconfigs));
      admin.delete<{ Params: { clusterID: string }; Querystring: { phase?: string } }>(
        '/clusters/:clusterID',
        ({ params, query }) => deleteFromOutside(simulation, params.clusterID, query.phase),
      );
      admin.get('/faults', () => faults.active());
      admin.post('/faults', ({ body }) => faults.add(parseInput(faultSchema, body)));
      admin.delete('/faults', () => {
        faults.clear();
        return [];
      });
      admin.delete<{ Params: { id: string } }>('/faults/:id', ({ params: { id } }) => {
        if (!faults.remove(Number(id)))
          throw new ServiceError(404, 'cce.warning.NotFound', `no fault has the ID ${id}`);
        return { id: Number(id) };
      });
    },
    { prefix: '/__admin' },
  );
}

/** A cluster in the response of the admin call `GET /clusters`. */
export interface ClusterSummary {
  clusterID: string;
  clusterName: string;
  clusterPhase: string;
  eventStatus: string;
  createdAt: string;
  /** The time when the phase `running` began, ISO 8601 with milliseconds; absent in every other phase. */
  runningAt?: string;
  /** Whether lists contain the cluster. */
  listed: boolean;
  /** The number of accepted deletions. */
  deletionAttempts: number;
  machines: number;
  spec: ShownSpec;
}

function toSummary(record: ClusterRecord, nowMs: number): ClusterSummary {
  const { clusterID, clusterName, spec, createdAtMs, listedFromMs, deletion, machines } = record;
  const { clusterPhase, eventStatus, updatedAtMs } = lifecycleAt(record, nowMs);
  return {
    clusterID,
    clusterName,
    clusterPhase,
    eventStatus,
    createdAt: wireTime(createdAtMs),
    ...(clusterPhase === 'running' && { runningAt: new Date(updatedAtMs).toISOString() }),
    listed: listedFromMs <= nowMs,
    deletionAttempts: deletion?.attempt ?? 0,
    machines: countMachines(machines),
    spec,
  };
}

/** A machine in the response of the admin call `GET /clusters/{id}/machines`. */
export interface MachineSummary {
  cceInstanceID: string;
  instanceID: string;
  role: 'master' | 'node';
  instancePhase: string;
  instanceGroupID?: string;
}

function listMachines({ clusters, options }: Simulation, clusterID: string): MachineSummary[] {
  const record = clusters.find(clusterID);
  if (record === undefined) throw clusterNotFound(clusterID);
  return machinesOf(record, options.now()).map(({ cceInstanceID, instanceID, role, instanceGroupID, state }) => ({
    cceInstanceID,
    instanceID,
    role,
    instancePhase: state().instancePhase,
    ...(instanceGroupID !== undefined && { instanceGroupID }),
  }));
}

/** A temporary kubeconfig in the response of the admin call `GET /kubeconfigs`. */
export interface KubeconfigSummary {
  clusterID: string;
  kubeConfigType: 'vpc' | 'public';
  expireHours: number;
  issuedAt: string;
  expiresAt: string;
}

function listKubeconfigs({ clusterID, kubeconfigs }: ClusterRecord): KubeconfigSummary[] {
  return kubeconfigs.map((issued) => ({
    clusterID,
    kubeConfigType: issued.kubeConfigType,
    expireHours: issued.expireHours,
    issuedAt: wireTime(issued.issuedAtMs),
    expiresAt: wireTime(expiresAtMs(issued)),
  }));
}

/** The body of `POST /__admin/clusters`. */
export interface PlantedCluster {
  spec: ClusterSpec;
  /** Any phase, known or unknown. It stays until the cluster is deleted. @default 'running' */
  phase?: string;
  /** A time in RFC 3339 format. @default now */
  createdAt?: string;
}

const plantSchema = z.strictObject({
  spec: clusterSpecSchema,
  phase: z.string().default('running'),
  createdAt: z.iso.datetime().optional(),
});

/** Adds a cluster without a create call. */
function plantCluster(simulation: Simulation, body: unknown): string {
  const { spec, phase, createdAt } = parseInput(plantSchema, body);
  const { options, random, clusters } = simulation;
  const clusterID = freshClusterID(simulation);
  const nowMs = options.now();
  clusters.add({
    clusterID,
    clusterName: spec.clusterName,
    spec: shownSpec(clusterID, spec),
    loadBalancer: { id: `lb-${random.token(8)}`, vpcIP: randomAddress('100.64', random), eip: '' },
    machines: noMachines(),
    instanceGroups: [],
    kubeconfigs: [],
    createdAtMs: createdAt === undefined ? nowMs : Date.parse(createdAt),
    createSeconds: 0,
    deleteSeconds: options.deleteSeconds,
    deletedVisibleSeconds: options.deletedVisibleSeconds,
    troubles: [],
    listedFromMs: nowMs,
    pinnedPhase: phase,
  });
  return clusterID;
}

/** Deletes a cluster without a DELETE call: starts the deletion, or removes the cluster at once. */
function deleteFromOutside({ clusters, options }: Simulation, clusterID: string, phase: string | undefined): object {
  const record = clusters.find(clusterID);
  if (record === undefined) throw clusterNotFound(clusterID);
  if (phase === 'deleting') {
    const attempt = (record.deletion?.attempt ?? 0) + 1;
    clusters.change(record, {
      deletion: { ...defaultDeletionOptions, requestedAtMs: options.now(), attempt, fails: false },
    });
  } else {
    clusters.remove(record);
  }
  return { clusterID };
}
