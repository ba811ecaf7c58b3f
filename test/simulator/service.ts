import { onTestFinished } from 'vitest';
import { sign, type BceCredentials, type SignOptions } from '../../cce/signer.ts';
import { defaultOptions, type SimulatorOptions } from '../../simulator/options.ts';
import { createServer } from '../../simulator/server.ts';

export const defaultCredentials: BceCredentials = {
  accessKeyID: defaultOptions.accessKeyID,
  secretAccessKey: defaultOptions.secretAccessKey,
};

/** A response whose body is parsed as JSON, or is a string if it is not JSON. */
export interface ServiceAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read any field of a response
  body: any;
}

export interface CallParts {
  query?: Record<string, string>;
  /** Sent as JSON, or unchanged if it is a string. */
  body?: object | string;
  headers?: Record<string, string>;
  credentials?: BceCredentials;
  signOptions?: Partial<SignOptions>;
  signal?: AbortSignal;
}

/** A simulator in this process with a clock that only the test advances. */
export interface Service {
  url: string;
  clock: { nowMs: number };
  /** Sends a signed call and waits for the headers of the response. */
  send: (method: string, path: string, parts?: CallParts) => Promise<Response>;
  /** Sends a signed call and returns the complete response. Rejects if the connection breaks. */
  call: (method: string, path: string, parts?: CallParts) => Promise<ServiceAnswer>;
  /** Creates a cluster and returns its ID. */
  create: (clusterName?: string, changes?: object) => Promise<string>;
  /** Sends an admin call. */
  admin: (method: string, path: string, body?: object) => Promise<ServiceAnswer>;
  close: () => Promise<void>;
}

/** Starts a simulator on a free port. It is stopped when the test ends. */
export async function startService(options: Partial<SimulatorOptions> = {}): Promise<Service> {
  const clock = { nowMs: Date.parse('2026-01-02T03:04:05Z') };
  const app = createServer({ now: () => clock.nowMs, ...options });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());

  async function send(method: string, path: string, parts: CallParts = {}): Promise<Response> {
    const query = Object.entries(parts.query ?? {});
    const headers: Record<string, string> = { host: new URL(url).host, ...parts.headers };
    const authorization = sign({ method, path, query, headers }, parts.credentials ?? defaultCredentials, {
      timestamp: new Date(clock.nowMs),
      ...parts.signOptions,
    });
    const body = typeof parts.body === 'object' ? JSON.stringify(parts.body) : parts.body;
    return fetch(`${url}${path}${query.length === 0 ? '' : `?${new URLSearchParams(query).toString()}`}`, {
      method,
      headers: { authorization, ...parts.headers },
      ...(body !== undefined && { body }),
      ...(parts.signal && { signal: parts.signal }),
    });
  }

  async function call(method: string, path: string, parts?: CallParts): Promise<ServiceAnswer> {
    return answerOf(await send(method, path, parts));
  }

  return {
    url,
    clock,
    send,
    call,
    create: async (clusterName = 'a-cluster', changes = {}) => {
      const { status, body } = await call('POST', '/v2/cluster', { body: createBody(clusterName, changes) });
      if (status !== 200) throw new Error(`the create returned ${status}: ${JSON.stringify(body)}`);
      return body.clusterID;
    },
    admin: async (method, path, body) =>
      answerOf(await fetch(`${url}/__admin/${path}`, { method, ...(body && { body: JSON.stringify(body) }) })),
    close: () => app.close(),
  };
}

/** Returns the phase of a cluster, or the error code if the cluster does not exist. */
export async function phaseOf(service: Service, clusterID: string): Promise<string> {
  const { body } = await service.call('GET', `/v2/cluster/${clusterID}`);
  return body.cluster?.status.clusterPhase ?? body.code;
}

/** Returns the smallest create request with managed masters. */
export function createBody(clusterName = 'a-cluster', { cluster, ...changes }: { cluster?: object } = {}) {
  return {
    cluster: {
      clusterName,
      k8sVersion: '1.16.8',
      vpcID: 'vpc-1',
      masterConfig: { masterType: 'managed' },
      containerNetworkConfig: { mode: 'kubenet', lbServiceVPCSubnetID: 'sbn-1' },
      ...cluster,
    },
    ...changes,
  };
}

async function answerOf(response: Response): Promise<ServiceAnswer> {
  const text = await response.text();
  const isJSON = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: isJSON ? JSON.parse(text) : text };
}
