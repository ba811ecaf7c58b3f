import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { batchItemsQuery, holdPageSignal } from '../../../contract/batch/messages.ts';
import { deleteItem } from '../../batches.ts';
import { startSkippingServer } from '../../skipping-server.ts';

const items = [deleteItem('a-cluster')];
const hour = 3_600_000;

/** Runs a page until it has ended, and returns the hours that it took. */
async function hoursOfPage(act: (page: WorkflowHandle, environment: TestWorkflowEnvironment) => Promise<unknown>) {
  const environment = await startSkippingServer();
  try {
    const taskQueue = 'a-queue';
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      debugMode: true,
    });
    return await worker.runUntil(async () => {
      const page = await environment.client.workflow.start('batchPage', {
        workflowId: 'a-page',
        taskQueue,
        args: [{ items }],
      });
      await act(page, environment);
      await page.result();
      // It still tells what was on it.
      expect(await page.query(batchItemsQuery)).toEqual(items);
      const { startTime, closeTime } = await page.describe();
      return Math.round((closeTime!.getTime() - startTime.getTime()) / hour);
    });
  } finally {
    await environment.teardown();
  }
}

it('a page that no batch ever asks for closes after an hour', async () => {
  expect(await hoursOfPage(async () => {})).toBe(1);
});

it('a page stays open while its batch needs it', async () => {
  const hours = await hoursOfPage(async (page, environment) => {
    await page.signal(holdPageSignal, true);
    await environment.sleep(100 * hour);
    await page.signal(holdPageSignal, false);
  });
  expect(hours).toBe(100);
});

it('a page that is never released closes after 60 days', async () => {
  expect(await hoursOfPage((page) => page.signal(holdPageSignal, true))).toBe(60 * 24);
});
