import { afterEach } from 'vitest';

// The example specs refer to it.
process.env.CCE_ADMIN_PASSWORD = 'test123!T';
// For every client and worker, also those in processes of their own.
process.env.CCE_ENCRYPTION_KEYS = 'test:dGhlIGtleSBvZiB0aGUgdGVzdHMsIG9mIDMyIGJ5dGU=';

// vitest 4.1 heads the stack of a test that ran into its time limit with a placeholder, and the JSON and JUnit reporters
// print nothing but the stack.
afterEach(({ task }) => {
  for (const error of task.result?.errors ?? []) {
    if (error.stack !== undefined) error.stack = error.stack.replace('STACK_TRACE_ERROR', error.message);
  }
});
