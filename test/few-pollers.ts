/**
 * Options for workers that serve one workflow. By default a worker starts up to twenty polls at once, and each one costs
 * CPU time when it starts and when it is broken off. The SDK requires at least two polls for workflow tasks.
 */
export const fewPollers = { maxConcurrentActivityTaskPolls: 1, maxConcurrentWorkflowTaskPolls: 2 } as const;
