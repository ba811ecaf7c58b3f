import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { OperationNotFoundError, type Operation, type OperationStatus, type Orchestrator } from '../../client/index.ts';
import type { Authenticate } from '../../http/access/authorize.ts';
import { anonymous } from '../../http/access/principal.ts';
import { createServer } from '../../http/server.ts';

/** A server whose orchestrator is made by hand, for tests of HTTP itself. */
export interface API {
  app: FastifyInstance;
  inject: (options: InjectOptions) => Promise<Response>;
  /** The entries of the log. */
  log: () => Record<string, unknown>[];
  /** The calls that reached the orchestrator: the method and its arguments. */
  calls: () => [method: string, ...args: unknown[]][];
  close: () => Promise<void>;
}

export const runID = '01234567-89ab-cdef-0123-456789abcdef';

/** An operation as the hand-made orchestrator knows it. */
export function operationOf(clusterName: string, more: Partial<OperationStatus> = {}): OperationStatus {
  const kind = more.kind ?? 'create';
  return {
    kind,
    workflowID: `cce:default:bj:${kind === 'delete' ? 'delete:' : ''}${clusterName}`,
    runID,
    clusterName,
    hasLease: false,
    leaseBegan: false,
    execution: 'running',
    startedAt: '2026-11-28T01:00:00.000Z',
    ...more,
  };
}

interface APIOptions {
  /** The operations that the orchestrator knows. */
  operations?: readonly OperationStatus[];
  /** Replaces methods. */
  orchestrator?: Partial<Orchestrator>;
  authenticate?: Authenticate;
  maximumRequestsPerSecond?: number;
  stopping?: AbortSignal;
  check?: () => Promise<void>;
  level?: string;
  prepare?: (app: FastifyInstance) => void;
}

export async function startAPI({
  operations = [],
  orchestrator = {},
  authenticate = () => anonymous,
  maximumRequestsPerSecond = 1_000_000,
  stopping = new AbortController().signal,
  check = async () => {},
  level = 'info',
  prepare,
}: APIOptions = {}): Promise<API> {
  const lines: string[] = [];
  const calls: [string, ...unknown[]][] = [];
  const logger = pino({ level, base: null }, { write: (line: string) => void lines.push(line) });
  const made = recording({ ...handMade(operations), ...orchestrator }, calls);
  const app = await createServer({
    scopes: { of: () => made, within: (_, run) => run(), check, close: async () => {} },
    authenticate,
    logger,
    registry: new Registry(),
    maximumRequestsPerSecond,
    stopping,
    ...(prepare !== undefined && { prepare }),
  });
  return {
    app,
    inject: async (options) => app.inject(options),
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    calls: () => calls,
    close: () => app.close(),
  };
}

function recording(orchestrator: Orchestrator, calls: [string, ...unknown[]][]): Orchestrator {
  return new Proxy(orchestrator, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        calls.push([String(name), ...args]);
        return member.apply(target, args) as unknown;
      };
    },
  });
}

/** An orchestrator that knows some operations, and starts nothing. */
function handMade(operations: readonly OperationStatus[]): Orchestrator {
  const find = async (nameOrID: string) => {
    const found = operations.find(({ clusterName, clusterID }) => clusterName === nameOrID || clusterID === nameOrID);
    if (found === undefined) throw new OperationNotFoundError(nameOrID);
    return found;
  };
  const byRun = (workflowID: string) => operations.find((operation) => operation.workflowID === workflowID);
  const operation: Orchestrator['operation'] = async ({ workflowID }) => {
    const found = byRun(workflowID);
    if (found === undefined) throw new OperationNotFoundError(workflowID);
    return found;
  };
  const made: Partial<Orchestrator> = {
    create: async () => ({ workflowID: 'cce:default:bj:ci-1', runID, attached: false, warnings: [] }),
    status: find,
    operation,
    async *watch(reference) {
      yield await operation(reference);
    },
    async *list() {
      for (const { outcome: _outcome, currentStep: _step, ...listed } of operations) yield listed as Operation;
    },
    cancel: find,
    extendLease: find,
    delete: async (name) => ({ workflowID: `cce:default:bj:delete:${name}`, runID }),
  };
  return made as Orchestrator;
}
