/**
 * A global variable that workers of a deployment put before the bundle of their workflows. Workflow code can tell in no
 * other way: Temporal refuses every task that comes with a versioning behavior from a worker without a version, and
 * what `workflowInfo()` knows of versions is, in a replay, of the worker that there was then.
 */
export const versionedWorkersFlag = 'cceWorkersAreVersioned';
