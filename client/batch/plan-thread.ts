import { parentPort, workerData } from 'node:worker_threads';
import { planBatch } from './plan.ts';

// The thread of plan-in-thread.ts: plans one batch and ends.
parentPort?.postMessage(planBatch(workerData));
