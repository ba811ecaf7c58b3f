import { TestWorkflowEnvironment } from '@temporalio/testing';
import { inject } from 'vitest';

/** Starts a Temporal server that skips the time in which nothing happens. */
export function startSkippingServer(): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServerPath') } },
  });
}
