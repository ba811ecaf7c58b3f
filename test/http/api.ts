import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Follower, OperationStatus, Orchestrator } from '../../client/index.ts';
import type { ApprovalRules } from '../../http/access/approval-rules.ts';
import type { Authenticate } from '../../http/access/authorize.ts';
import { anonymous } from '../../http/access/principal.ts';
import { createServer } from '../../http/server.ts';
import { handMade, handMadeFollower } from './hand-made.ts';

/** A server whose orchestrator is made by hand, for tests of HTTP itself. */
export interface API {
  app: FastifyInstance;
  inject: (options: InjectOptions) => Promise<Response>;
  /** The entries of the log. */
  log: () => Record<string, unknown>[];
  /** The calls that reached the orchestrator: the method and its arguments. */
  calls: () => [method: string, ...args: unknown[]][];
  /** For whom the orchestrators were made. */
  askers: () => (string | undefined)[];
  close: () => Promise<void>;
}

interface APIOptions {
  /** The operations that the orchestrator knows. */
  operations?: readonly OperationStatus[];
  /** Replaces methods. */
  orchestrator?: Partial<Orchestrator>;
  authenticate?: Authenticate;
  maximumRequestsPerSecond?: number;
  trustedProxies?: readonly string[];
  stopping?: AbortSignal;
  check?: () => Promise<void>;
  follower?: Follower;
  longestStreamMs?: number;
  approvals?: ApprovalRules;
  prepare?: (app: FastifyInstance) => void;
}

export async function startAPI({
  operations = [],
  orchestrator = {},
  authenticate = () => anonymous,
  maximumRequestsPerSecond = 1_000_000,
  trustedProxies = [],
  stopping = new AbortController().signal,
  check = async () => {},
  follower = handMadeFollower(operations),
  longestStreamMs = 600_000,
  approvals,
  prepare,
}: APIOptions = {}): Promise<API> {
  const lines: string[] = [];
  const calls: [string, ...unknown[]][] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const askers: (string | undefined)[] = [];
  const made = recording({ ...handMade(operations), ...orchestrator }, calls);
  const app = await createServer({
    scopes: {
      of: (_, requestedBy) => {
        askers.push(requestedBy);
        return made;
      },
      within: (_, run) => run(),
      check,
      follower,
      close: async () => {},
    },
    authenticate,
    logger,
    registry: new Registry(),
    maximumRequestsPerSecond,
    trustedProxies,
    stopping,
    longestStreamMs,
    ...(approvals !== undefined && { approvals }),
    ...(prepare !== undefined && { prepare }),
  });
  return {
    app,
    inject: async (options) => app.inject(options),
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    calls: () => calls,
    askers: () => askers,
    close: () => app.close(),
  };
}

function recording<Calls extends object>(orchestrator: Calls, calls: [string, ...unknown[]][], prefix = ''): Calls {
  return new Proxy(orchestrator, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      const path = `${prefix}${String(name)}`;
      if (typeof member === 'object' && member !== null) return recording(member, calls, `${path}.`);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        calls.push([path, ...args]);
        return member.apply(target, args) as unknown;
      };
    },
  });
}
