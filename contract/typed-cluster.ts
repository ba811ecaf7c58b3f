/** The cluster that a person typed, for the workflows that answer a question about one cluster or change one thing of it. */
export interface TypedCluster {
  nameOrID: string;
  /**
   * `nameOrID` is known to be a name, even if it has the form of an ID.
   *
   * @default false
   */
  isName?: boolean;
  /** The cluster of this name, as our records have it: it counts if a list does not show it, which may lag. */
  knownClusterID?: string;
}
