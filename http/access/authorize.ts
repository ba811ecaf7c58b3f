import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  isClusterID,
  OperationNotFoundError,
  type AccountRegion,
  type Operation,
  type Orchestrator,
} from '../../client/index.ts';
import { RequestError } from '../request-error.ts';
import { allowsName, allowsScope, type Principal, type Role } from './principal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role that the route needs. A route without one is open to everybody. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Absent without a valid token. */
    principal: Principal | undefined;
  }
}

/** Finds out who sends a request. `undefined` if nobody knows. Throws if that cannot be found out now. */
export type Authenticate = (
  authorization: string | undefined,
) => Principal | undefined | Promise<Principal | undefined>;

/** Refuses requests without the role and the scope that their route needs, before it reads their body. */
export function addAuthorization(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('principal', undefined);
  const failures = new WeakMap<FastifyRequest, unknown>();
  // Before the limit of requests, which is one for each principal.
  app.addHook('onRequest', async (request) => {
    try {
      request.principal = await authenticate(request.headers.authorization);
    } catch (error) {
      // Routes that are open to everybody need no principal.
      failures.set(request, error);
    }
  });
  app.addHook('preParsing', async (request, reply) => {
    const { role } = request.routeOptions.config;
    if (role === undefined) return;
    if (failures.has(request)) throw failures.get(request);
    if (request.principal === undefined) {
      void reply.header('www-authenticate', 'Bearer');
      throw new RequestError(401, 'Unauthenticated', 'the request needs a valid token: Authorization: Bearer …');
    }
    const scope = request.params as AccountRegion;
    if (!allowsScope(request.principal, scope)) {
      throw forbidden(`the token "${request.principal.name}" is not for ${scope.account}/${scope.region}`);
    }
    requireRole(request, role);
  });
}

/** The principal of a request whose route needs a role. */
export function principalOf({ principal }: Pick<FastifyRequest, 'principal'>): Principal {
  if (principal === undefined) throw new Error('the route has no role');
  return principal;
}

/** @throws RequestError with 403 */
export function requireRole(request: Pick<FastifyRequest, 'principal'>, role: Role): void {
  const principal = principalOf(request);
  if (!principal.roles.has(role)) throw forbidden(`the token "${principal.name}" does not have the role ${role}`);
}

/**
 * Refuses names that the token is not for.
 *
 * @throws RequestError with 403
 */
export function requireNames(request: Pick<FastifyRequest, 'principal'>, names: Iterable<string>): void {
  const principal = principalOf(request);
  for (const name of names) {
    if (!allowsName(principal, name)) throw forbidden(`the token "${principal.name}" is not for the name "${name}"`);
  }
}

/**
 * Refuses what is not about single names to tokens that are for some names only.
 *
 * @throws RequestError with 403
 */
export function requireAllNames(request: Pick<FastifyRequest, 'principal'>): void {
  const principal = principalOf(request);
  if (principal.names !== undefined) {
    throw forbidden(`the token "${principal.name}" is for some names only, and this request is about all`);
  }
}

/**
 * Refuses a cluster that the token is not for. Whoever may use some names only may use a clusterID only if Temporal knows
 * the name that belongs to it: a pattern such as `c*` must not match the ID of a cluster of another name.
 *
 * @throws RequestError with 403
 */
export async function requireCluster(
  request: Pick<FastifyRequest, 'principal'>,
  orchestrator: Orchestrator,
  nameOrID: string,
): Promise<void> {
  if (principalOf(request).names === undefined) return;
  if (!isClusterID(nameOrID)) return requireNames(request, [nameOrID]);
  const known = await orchestrator.status(nameOrID).catch((error: unknown) => {
    if (error instanceof OperationNotFoundError) return undefined;
    throw error;
  });
  if (known === undefined || !maySee(request, known)) {
    throw forbidden(
      `the token "${principalOf(request).name}" is for some names only, and ${nameOrID} has none of them`,
    );
  }
}

/**
 * Refuses a batch that the token may not change: by its name, or because of clusters in it that the token is not for. A pause
 * or cancel changes what becomes of all of them.
 *
 * @throws RequestError with 403
 */
export async function requireBatch(
  request: Pick<FastifyRequest, 'principal'>,
  { batches }: Orchestrator,
  name: string,
): Promise<void> {
  requireNames(request, [name]);
  if (principalOf(request).names === undefined) return;
  if ((await batches.clusters(name)).every((cluster) => maySee(request, cluster))) return;
  throw forbidden(`the token "${principalOf(request).name}" is for some names only, and the batch has items of others`);
}

/**
 * Refuses to let a batch that deletes go on for somebody who may not delete: an operator may have paused it to stop just that.
 *
 * @throws RequestError with 403
 */
export async function requireRoleToDelete(
  request: Pick<FastifyRequest, 'principal'>,
  { batches }: Orchestrator,
  name: string,
): Promise<void> {
  if (principalOf(request).roles.has('destroy')) return;
  if (await batches.deletes(name)) requireRole(request, 'destroy');
}

/** Whether an operation is on a cluster that the token is for. */
export function maySee(
  request: Pick<FastifyRequest, 'principal'>,
  { clusterName }: Pick<Operation, 'clusterName'>,
): boolean {
  const principal = principalOf(request);
  return principal.names === undefined || (clusterName !== undefined && allowsName(principal, clusterName));
}

export function forbidden(detail: string): RequestError {
  return new RequestError(403, 'Forbidden', detail);
}
