/**
 * A global variable that workers with a deployment version put before their workflow bundle. Workflow code has no other
 * way to know: Temporal refuses every task that carries a versioning behavior from a worker without a version, and
 * during a replay `workflowInfo()` describes the worker of that time.
 */
export const versionedWorkersFlag = 'cceWorkersAreVersioned';
