/** Whether a text has the form of the vendor's cluster IDs. A name of this form counts as an ID. */
export function isClusterID(nameOrID: string): boolean {
  return /^cce-[A-Za-z0-9]{8}$/.test(nameOrID);
}
