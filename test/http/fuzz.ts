import { Agent, request as send } from 'node:http';
import fc from 'fast-check';
import { startAPI } from './api.ts';
import { operationOf } from './hand-made.ts';
import { requestsOf, secret, type Document, type Request } from './requests-of-document.ts';
import { authenticate } from './tokens.ts';

export interface FuzzReport {
  requests: number;
  /** The number of answers of each status. */
  statuses: Record<string, number>;
  /** The number of routes that have carried something out or answered a read. */
  served: number;
  slowestMs: number;
  /** Each fault with its request. Empty if the server has none. */
  faults: string[];
}

/** No answer takes longer, since nothing is under way. */
const hangMs = 10_000;

/**
 * Sends requests of every route of `/openapi.json` to a server, over a socket: arbitrary paths, queries, headers, encodings and
 * bodies. Its orchestrator is made by hand, so that every answer of 500 or more is a fault of the server.
 */
export async function fuzz({ requests, seed }: { requests: number; seed: number }): Promise<FuzzReport> {
  const running = operationOf('ci-1', { execution: 'completed', outcome: { outcome: 'running', steps: [] } });
  const api = await startAPI({ operations: [running], authenticate, longestStreamMs: 1 });
  const { port } = new URL(await api.app.listen({ host: '127.0.0.1', port: 0 }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const document = (await api.inject({ url: '/openapi.json' })).json<Document>();
  const report: FuzzReport = { requests, statuses: {}, served: 0, slowestMs: 0, faults: [] };
  const served = new Set<string>();
  try {
    for (const request of fc.sample(requestsOf(document), { numRuns: requests, seed })) {
      const beganMs = performance.now();
      const answer = await ask(Number(port), agent, request).catch((error: unknown) => String(error));
      report.slowestMs = Math.max(report.slowestMs, Math.round(performance.now() - beganMs));
      const fault = typeof answer === 'string' ? answer : faultOf(request, answer);
      if (fault !== undefined) report.faults.push(`${fault}: ${JSON.stringify(request).slice(0, 2_000)}`);
      if (typeof answer === 'string') continue;
      report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
      if (answer.status < 300) served.add(`${request.method} ${patternOf(document, request)}`);
    }
    const log = JSON.stringify(api.log());
    if (/token-of-|\.ts:\d/.test(log) || log.includes(secret)) report.faults.push('the log has a secret or a stack');
  } finally {
    agent.destroy();
    await api.close();
  }
  return { ...report, served: served.size };
}

interface Answer {
  status: number;
  type: string;
  text: string;
}

function ask(port: number, agent: Agent, { method, path, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = send(
      { host: '127.0.0.1', port, agent, method, path, headers: { ...headers, ...length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.setTimeout(hangMs, () => sent.destroy(new Error('the answer did not come')));
    sent.on('error', reject);
    sent.end(body);
  });
}

function faultOf({ method }: Request, { status, type, text }: Answer): string | undefined {
  if (status >= 500) return `status ${status}`;
  if (text.includes(secret) || text.includes('token-of-')) return 'the answer has a secret';
  if (/\.ts:\d|\n\s+at |node_modules/.test(text)) return 'the answer has a stack';
  if (status < 400 || method === 'HEAD') return undefined;
  if (!type.startsWith('application/problem+json')) return `an error of the type ${type}`;
  const problem = JSON.parse(text) as { status?: unknown; code?: unknown };
  return problem.status === status && typeof problem.code === 'string'
    ? undefined
    : 'an error that is not a problem document';
}

/** The route of a request, as the document names it. */
function patternOf({ paths }: Document, { path }: Request): string | undefined {
  const at = path.split('?', 1)[0] ?? '';
  return Object.keys(paths).find((pattern) => new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(at));
}
