import type { Role } from '../../http/access/principal.ts';
import { readExample } from '../examples.ts';
import { approvalID, runID } from './hand-made.ts';

export type Route = [
  role: Role,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  payload?: object | undefined,
  /** Another role that the route needs as well. */
  also?: Role,
];

/** Every route with a request that it accepts from somebody with the role. */
export const routes: readonly Route[] = [
  ['read', 'GET', '/clusters'],
  ['read', 'GET', '/clusters/ci-1'],
  ['read', 'GET', '/operations'],
  ['read', 'GET', `/operations/create~ci-1~${runID}`],
  ['read', 'GET', `/operations/create~ci-1~${runID}/events`],
  ['read', 'GET', '/events'],
  ['read', 'POST', '/validate', { cluster: {} }],
  ['operate', 'POST', '/clusters', readExample('managed', 'ci-1')],
  ['operate', 'POST', '/clusters/ci-1/cancel', {}],
  ['operate', 'POST', '/clusters/ci-1/lease', { ttl: '8h' }],
  ['operate', 'POST', '/clusters/ci-1/kubeconfig', { type: 'public', expireHours: 1 }],
  ['destroy', 'DELETE', '/clusters/ci-1'],
  ['operate', 'POST', '/batches', batch('ci-1', 'ci-2')],
  ['read', 'GET', '/batches'],
  ['read', 'GET', '/batches/ci-1'],
  ['read', 'GET', '/batches/ci-1/results'],
  ['operate', 'POST', '/batches/ci-1/pause'],
  ['operate', 'POST', '/batches/ci-1/resume'],
  ['operate', 'POST', '/batches/ci-1/cancel'],
  ['operate', 'POST', '/batches/ci-1/concurrency', { concurrency: 5 }],
  ['destroy', 'POST', '/batches/ci-1/retry'],
  ['operate', 'POST', '/teardowns/plan', { filter: { name: '*' } }],
  ['destroy', 'POST', '/teardowns', { filter: { name: '*' } }],
  ['operate', 'POST', '/reconcile'],
  ['read', 'GET', '/schedules/teardowns'],
  ['read', 'GET', '/schedules/teardowns/ci-1'],
  ['destroy', 'PUT', '/schedules/teardowns/ci-1', { every: '24h', filter: { name: 'ci-*' } }],
  ['operate', 'DELETE', '/schedules/teardowns/ci-1'],
  ['operate', 'POST', '/schedules/teardowns/ci-1/pause'],
  ['destroy', 'POST', '/schedules/teardowns/ci-1/resume'],
  ['read', 'GET', '/schedules/reconcile'],
  ['operate', 'PUT', '/schedules/reconcile', { every: '1h' }],
  ['operate', 'DELETE', '/schedules/reconcile'],
  ['read', 'GET', '/webhooks'],
  ['operate', 'PUT', '/webhooks/ci-1', webhook(), 'read'],
  ['read', 'GET', '/webhooks/ci-1'],
  ['operate', 'DELETE', '/webhooks/ci-1'],
  ['operate', 'POST', '/webhooks/ci-1/retry'],
  ['read', 'GET', '/approvals'],
  ['read', 'GET', `/approvals/${approvalID}`],
  ['destroy', 'POST', `/approvals/${approvalID}/approve`],
  ['destroy', 'POST', `/approvals/${approvalID}/reject`, { reason: 'still in use' }],
];

/** The settings of a webhook. */
function webhook() {
  return { url: 'https://receiver.example', secret: { fromEnv: 'CCE_WEBHOOK_SECRET' } };
}

/** A batch file that creates one cluster. */
export function batch(name: string, clusterName: string, more: object = {}) {
  return { name, items: [readExample('managed', clusterName)], ...more };
}
