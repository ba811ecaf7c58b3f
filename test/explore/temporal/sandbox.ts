import { fileURLToPath } from 'node:url';
import { TypedSearchAttributes } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import type { Workflow, WorkflowCreateOptions } from '@temporalio/worker/lib/workflow/interface.js';
import { failureConverterPath } from '../../../temporal/encryption/data-converter.ts';
import type { Run } from './model.ts';

/** Runs the project's workflows as a worker does: in the SDK's sandbox, from one bundle. */
export interface Sandbox {
  load: (run: Run) => Promise<Workflow>;
}

export async function createSandbox(code: string, activityNames: Iterable<string>): Promise<Sandbox> {
  // Its hook on every promise of the process would cost more than all the rest.
  globalHandlers.installed = true;
  // Without a time limit: each would start a thread, for each activation.
  const limitMs = undefined as unknown as number;
  const creator = await ReusableVMWorkflowCreator.create(
    parseWorkflowCode(sharing(code)),
    limitMs,
    new Set(activityNames),
  );

  return {
    load: (run) => creator.createWorkflow({ ...optionsOf(run), showStackTraceSources: false }),
  };
}

/** Has all workflows share what the project's modules are once they are loaded: each would load them again. */
function sharing(code: string): string {
  const nothing = /function preloadModules\(\) \{\s*\}/;
  if (!nothing.test(code)) throw new Error('the bundle has another form');
  return `Error.stackTraceLimit = 0;\n${code.replace(nothing, 'function preloadModules() { exports.importWorkflows(); }')}`;
}

function optionsOf(run: Run): Omit<WorkflowCreateOptions, 'showStackTraceSources'> {
  const startTime = new Date(run.startedAtMs);
  return {
    info: {
      workflowId: run.workflowID,
      runId: run.runID,
      workflowType: run.type,
      searchAttributes: {},
      typedSearchAttributes: new TypedSearchAttributes(),
      taskQueue: run.taskQueue,
      namespace: 'default',
      firstExecutionRunId: run.firstRunID,
      originalExecutionRunId: run.originalRunID,
      ...(run.continuedFrom !== undefined && { continuedFromExecutionRunId: run.continuedFrom }),
      startTime,
      runStartTime: startTime,
      taskTimeoutMs: 10_000,
      attempt: 1,
      historyLength: 3,
      historySize: 1_000,
      continueAsNewSuggested: false,
      unsafe: {
        now: () => Date.now(),
        isReplaying: false,
        isReplayingHistoryEvents: false,
        random: { random: Math.random } as never,
      },
    } as unknown as WorkflowCreateOptions['info'],
    randomnessSeed: [...Buffer.from(run.originalRunID.padEnd(8, '0').slice(-8))],
    now: run.startedAtMs,
    failureExceptionTypeNames: [],
  } as unknown as Omit<WorkflowCreateOptions, 'showStackTraceSources'>;
}

/** Bundles the project's workflows. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../../workflows/index.ts', import.meta.url)),
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  });
  return code;
}
