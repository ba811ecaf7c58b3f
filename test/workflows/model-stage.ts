import { readFile } from 'node:fs/promises';
import { Client } from '@temporalio/client';
import { inject } from 'vitest';
import { createRandom } from '../../simulator/random.ts';
import { failureConverterPath } from '../../temporal/encryption/data-converter.ts';
import { activitiesOf, type OnStage, type Stage } from './stage.ts';
import { activityNames } from '../explore/explore-order.ts';
import { createAttempts } from '../explore/temporal/attempts.ts';
import { connectionTo } from '../explore/temporal/connection.ts';
import { createSandbox, type Sandbox } from '../explore/temporal/sandbox.ts';
import { createTemporal } from '../explore/temporal/temporal.ts';
import { createVirtualTime, liveIn } from '../explore/temporal/virtual-time.ts';

let sandbox: Promise<Sandbox> | undefined;

/** Calls `use` with a stage on the explorer's model of Temporal: what a server tells a workflow, the model has to tell too. */
export const onModelStage: OnStage = async (use) => {
  sandbox ??= readFile(inject('workflowBundlePath'), 'utf8').then((code) => createSandbox(code, activityNames));
  const time = createVirtualTime(Date.now());
  const clouds: Stage['clouds'] = new Map();
  let runs = 0;
  const temporal = createTemporal({
    time,
    sandbox: await sandbox,
    delays: { task: () => 0, attempt: () => 0 },
    longHistory: 4_096,
    nextWorker: () => 0,
    newRunID: () => `00000000-0000-4000-8000-${String(++runs).padStart(12, '0')}`,
    attempts: (model) => createAttempts(model, () => ({ activities, life: { isLost: false, worker: 0 }, client })),
  });
  const activities = activitiesOf(clouds);
  const client = new Client({ connection: connectionTo(temporal, () => 0), dataConverter: { failureConverterPath } });
  let isOver = false;

  /** Lets time jump from event to event for as long as the stage is used. */
  async function passEvents(): Promise<void> {
    await time.settle();
    while (!isOver) {
      if (time.nextAtMs() === Infinity) await time.settle();
      else await time.step();
    }
  }

  liveIn({ time, random: createRandom('a run to compare').next, fetch: () => Promise.reject(new Error('no network')) });
  let passing: Promise<void> | undefined;
  try {
    return await use({
      client,
      taskQueue: 'scripted',
      clouds,
      serve: () => (passing ??= passEvents()),
      nowMs: async () => time.nowMs(),
      passTime: (seconds) => new Promise((resolve) => void time.after(seconds * 1000, resolve)),
      deploy: () => Promise.reject(new Error('the model hands over by losing a worker')),
    });
  } finally {
    isOver = true;
    await passing;
    liveIn(undefined);
  }
};
