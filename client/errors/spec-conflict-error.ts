/** A create of this name is under way from another spec. It goes on, and nothing was started. */
export class SpecConflictError extends Error {
  override readonly name = 'SpecConflictError';
  readonly workflowID: string;
  /** Where the specs differ, e.g. `cluster.k8sVersion`; secrets are not compared. */
  readonly differingPaths: readonly string[];

  constructor(workflowID: string, differingPaths: readonly string[]) {
    const where = differingPaths.length > 0 ? differingPaths.join(', ') : 'what no worker is there to tell';
    super(`${workflowID} is under way from a different spec; it differs in ${where}`);
    this.workflowID = workflowID;
    this.differingPaths = differingPaths;
  }
}
