import type { Answer, CallName } from './service.ts';

/** What becomes of a request. The worker may be lost before or after the request has taken effect. */
export type How = Answer | 'workerLostBefore' | 'workerLostAfter';

const toReads: How[] = ['answered', 'lostBefore', 'denied', 'throttled', 'broken', 'garbled', 'workerLostBefore'];
const toChanges: How[] = [...toReads, 'lostAfter', 'refused', 'workerLostAfter'];

/** What may become of each call. The first is the harmless one. */
export const answersTo: Record<CallName, How[]> = {
  createCluster: [...toChanges, 'lostLate'],
  deleteCluster: toChanges,
  listClusters: toReads,
  getCluster: toReads,
  getEventSteps: toReads,
  listInstances: toReads,
};

/** All pairs that a run can bring about: what becomes of which call. */
export const answerPairs = Object.entries(answersTo).flatMap(([call, answers]) =>
  answers.map((how) => `${how} × ${call}`),
);
