import type { Answer, CallName } from './service-log.ts';

/** What becomes of a request. The worker may be lost before or after the request has taken effect. */
export type How = Answer | 'workerLostBefore' | 'workerLostAfter';

const toAll: How[] = [
  'answered',
  'lostBefore',
  'denied',
  'keysRefused',
  'throttled',
  'broken',
  'garbled',
  'wrongPath',
  'workerLostBefore',
];
const toReadsByID: How[] = [...toAll, 'missing'];
const toChanges: How[] = [...toAll, 'lostAfter', 'refused', 'busy', 'workerLostAfter'];

/** What may become of each call. The first is the harmless one. */
export const answersTo: Record<CallName, How[]> = {
  createCluster: [...toChanges, 'lostLate'],
  deleteCluster: toChanges,
  listClusters: toAll,
  getCluster: toReadsByID,
  getEventSteps: toReadsByID,
  listInstances: toAll,
};

/** All pairs that a run can bring about: what becomes of which call. */
export const answerPairs = Object.entries(answersTo).flatMap(([call, answers]) =>
  answers.map((how) => `${how} × ${call}`),
);
