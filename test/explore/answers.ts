import type { Answer, CallName } from './service.ts';

/** The worker is lost before or after the request has taken effect. */
const loss = ['workerLostBefore', 'workerLostAfter'] as const;
export type How = Answer | (typeof loss)[number];

const readAnswers: How[] = ['answered', 'lostBefore', 'denied', 'throttled', 'broken', 'garbled', 'workerLostBefore'];
export const answersTo: Record<CallName, How[]> = {
  createCluster: [
    'answered',
    'lostBefore',
    'lostAfter',
    'lostLate',
    'denied',
    'refused',
    'throttled',
    'broken',
    'garbled',
    ...loss,
  ],
  deleteCluster: [
    'answered',
    'lostBefore',
    'lostAfter',
    'denied',
    'refused',
    'throttled',
    'broken',
    'garbled',
    ...loss,
  ],
  listClusters: readAnswers,
  getCluster: readAnswers,
  getEventSteps: readAnswers,
  listInstances: readAnswers,
};

/** All pairs that a run can bring about: what becomes of which call. */
export const answerPairs = Object.entries(answersTo).flatMap(([call, answers]) =>
  answers.map((how) => `${how} × ${call}`),
);
