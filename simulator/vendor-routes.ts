import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { verifySignature } from '../cce/verify-signature.ts';
import { answerFaultKinds, deliveryAfter, deliveryInstead } from './answer-faults.ts';
import { deliver, type Answer, type Delivery } from './deliver.ts';
import type { FaultTarget } from './faults.ts';
import { clusterIDOf } from './machines.ts';
import { ServiceError, toServiceError } from './service-error.ts';
import type { Simulation } from './simulation.ts';
import type { CallInput, VendorCall } from './vendor-call.ts';
import { vendorCalls } from './vendor-calls.ts';

/** Registers the routes of the vendor's API. */
export function registerVendorRoutes(app: FastifyInstance, simulation: Simulation): void {
  for (const call of vendorCalls) {
    for (const url of call.paths) registerRoute(app, simulation, call, url);
  }
}

function registerRoute(app: FastifyInstance, simulation: Simulation, call: VendorCall, url: string): void {
  app.route<{ Params: Record<string, string> }>({
    method: call.method,
    url,
    config: { call: call.name },
    // Runs before the body is read, so that the simulator does not parse the body of an unauthenticated caller.
    onRequest: async (request) => authenticate(simulation, request),
    handler: async (request, reply) => deliver(simulation.log, request, reply, await serve(simulation, call, request)),
  });
}

/** @throws `ServiceError` if the signature is invalid. */
async function authenticate({ options }: Simulation, request: FastifyRequest): Promise<void> {
  const failure = verifySignature(
    { method: request.method, target: request.raw.url ?? '', headers: request.headers },
    {
      secretAccessKeyOf: (accessKeyID) => (accessKeyID === options.accessKeyID ? options.secretAccessKey : undefined),
      now: new Date(options.now()),
    },
  );
  if (failure !== undefined) throw new ServiceError(failure.httpStatus, failure.code, failure.message);
  request.logDraft.authenticated = true;
}

/** Applies in this order: latency, faults before the effect, the effect, faults after the effect. */
async function serve(simulation: Simulation, call: VendorCall, request: FastifyRequest): Promise<Delivery> {
  const { faults } = simulation;
  const input: CallInput = { params: request.params as CallInput['params'], query: request.query, body: request.body };
  const target = targetOf(simulation, call, input);
  Object.assign(request.logDraft, target);
  const latencyMs = faults.drawAll(target, ['latency']).reduce((sum, { ms }) => sum + ms, 0);
  const fault = faults.drawFirst(target, answerFaultKinds);
  if (fault !== undefined) request.logDraft.fault = fault.kind;
  // The call takes effect even if the caller gives up during the delay.
  if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
  const instead = fault === undefined ? undefined : deliveryInstead(fault);
  if (instead !== undefined) return instead;
  const stale = faults.drawFirst(target, ['stale']);
  if (stale !== undefined) request.logDraft.fault ??= stale.kind;
  const shown = stale === undefined ? simulation : asOf(simulation, stale.seconds);
  return deliveryAfter(fault, takeEffect(shown, call, input, request));
}

/** The same clusters, seen through a clock that is behind. A cluster that has vanished stays away. */
function asOf(simulation: Simulation, secondsAgo: number): Simulation {
  const { options } = simulation;
  return { ...simulation, options: { ...options, now: () => options.now() - secondsAgo * 1000 } };
}

function takeEffect(simulation: Simulation, call: VendorCall, input: CallInput, { logDraft }: FastifyRequest): Answer {
  try {
    const { body, effect = 'none', cluster, instanceIDs } = call.handle(simulation, input);
    logDraft.effect = effect;
    if (instanceIDs !== undefined) logDraft.instanceIDs = instanceIDs;
    if (cluster !== undefined) logDraft.clusterID = cluster.clusterID;
    return { form: 'success', body };
  } catch (error) {
    return { form: 'error', error: toServiceError(error) };
  }
}

/** Identifies the cluster of a call, as far as possible before the call takes effect. */
function targetOf({ clusters }: Simulation, call: VendorCall, input: CallInput): FaultTarget {
  const clusterID = input.params['clusterID'] ?? clusterIDOf(input.params['instanceID'] ?? '') ?? requestedID(input);
  const clusterName = clusterID === undefined ? requestedName(call, input) : clusters.find(clusterID)?.clusterName;
  return {
    call: call.name,
    ...(clusterID !== undefined && { clusterID }),
    ...(clusterName !== undefined && { clusterName }),
  };
}

/** A request for a kubeconfig has the ID of its cluster in its body. */
function requestedID({ body }: CallInput): string | undefined {
  const { clusterID } = (body ?? {}) as { clusterID?: unknown };
  return typeof clusterID === 'string' ? clusterID : undefined;
}

function requestedName(call: VendorCall, { query, body }: CallInput): string | undefined {
  if (call.name === 'listClusters') {
    const { keyword } = (query ?? {}) as { keyword?: unknown };
    return typeof keyword === 'string' ? keyword : undefined;
  }
  if (call.name !== 'createCluster') return undefined;
  const { cluster } = (body ?? {}) as { cluster?: { clusterName?: unknown } };
  return typeof cluster?.clusterName === 'string' ? cluster.clusterName : undefined;
}
