/**
 * The pauses between the looks for a cluster that a list may not show yet. Together they last 90 s: longer than a create
 * request may take, and longer than the list is assumed to lag behind (docs/assumptions.md).
 */
export const settlePauses = ['1s', '4s', '10s', '15s', '30s', '30s'] as const;
