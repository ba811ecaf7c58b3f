import { z } from 'zod';
import { wireObject } from '../cce/wire.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { expiresAtMs, kubeconfigText, type IssuedKubeconfig, type KubeconfigContent } from './kubeconfig.ts';
import { lifecycleAt } from './lifecycle.ts';
import { parseInput } from './parse-input.ts';
import { clusterNotFound, invalidParam } from './service-error.ts';
import type { Simulation } from './simulation.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';

/** The user of the account, as 32 digits and letters (API page, example of the kubeconfig). */
const user = '0123456789abcdef0123456789abcdef';

/** `internal` is deprecated and means `vpc` (vendor's SDK). */
const typeSchema = z.enum(['vpc', 'public', 'internal']);

/** How long the certificate of an ordinary kubeconfig is valid (API page, example of the kubeconfig). */
const permanentYears = 100;

/** GET /kubeconfig/{clusterID}/{type} */
export function getKubeconfig(simulation: Simulation, input: CallInput): CallOutcome {
  const record = clusterOf(simulation, input);
  const { type: kubeConfigType } = parseInput(z.object({ type: typeSchema }), input.params);
  const validUntil = new Date(record.createdAtMs);
  validUntil.setUTCFullYear(validUntil.getUTCFullYear() + permanentYears);
  const content: KubeconfigContent = {
    clusterID: record.clusterID,
    address: addressOf(record, kubeConfigType, simulation.options.now()),
    user,
    validFromMs: record.createdAtMs,
    validUntilMs: validUntil.getTime(),
  };
  return { body: { kubeConfigType, kubeConfig: kubeconfigText(content, simulation.random) } };
}

const temporarySchema = wireObject({
  clusterID: z.string(),
  temp: z.literal(true, { message: 'only temporary kubeconfigs are simulated: set temp to true' }),
  expireHours: z.int().min(1),
  kubeConfigType: typeSchema.exclude(['internal']).default('vpc'),
});

/** POST /rbac with `temp`: issues a kubeconfig that expires (vendor's SDK). */
export function createTemporaryKubeconfig(simulation: Simulation, input: CallInput): CallOutcome {
  const { clusterID, expireHours, kubeConfigType } = parseInput(temporarySchema, input.body);
  const record = clusterOf(simulation, { ...input, params: { clusterID } });
  const nowMs = simulation.options.now();
  const address = addressOf(record, kubeConfigType, nowMs);
  const target = { call: 'createTemporaryKubeconfig', clusterName: record.clusterName, clusterID } as const;
  const refused = simulation.faults.drawFirst(target, ['rbac-refused']);
  if (refused !== undefined) return { body: { data: [{ success: false, clusterID, message: refused.message }] } };
  const issued: IssuedKubeconfig = { kubeConfigType, expireHours, issuedAtMs: nowMs };
  const temporaryUser = `${user}-temporary-${record.kubeconfigs.length + 1}`;
  const content: KubeconfigContent = {
    clusterID,
    address,
    user: temporaryUser,
    validFromMs: nowMs,
    validUntilMs: expiresAtMs(issued),
  };
  simulation.clusters.change(record, { kubeconfigs: [...record.kubeconfigs, issued] });
  return {
    body: {
      temporaryKubeConfig: kubeconfigText(content, simulation.random),
      data: [{ success: true, clusterID, message: '' }],
    },
    effect: 'issued',
  };
}

/**
 * Returns the address of the API server. No source says how the service refuses before there is one; see
 * `docs/assumptions.md`.
 */
function addressOf(record: ClusterRecord, type: z.infer<typeof typeSchema>, nowMs: number): string {
  const { clusterID, loadBalancer } = record;
  const { clusterPhase, eventStatus } = lifecycleAt(record, nowMs);
  if (clusterPhase === 'deleted') throw clusterNotFound(clusterID);
  if (eventStatus.startsWith('creat') && eventStatus !== 'created') {
    throw invalidParam(`cluster ${clusterID} has no kubeconfig, because its phase is ${clusterPhase}`);
  }
  if (type !== 'public') return loadBalancer.vpcIP;
  if (loadBalancer.eip === '') throw invalidParam(`cluster ${clusterID} has no public address`);
  return loadBalancer.eip;
}
