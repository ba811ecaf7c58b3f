/**
 * Creates a function that says whether one more is allowed, and counts each that it allows.
 *
 * @param perSecond How many are allowed a second.
 * @param atOnce How many are allowed at once after a pause.
 */
export function createAllowance(perSecond: number, atOnce: number): () => boolean {
  let left = atOnce;
  let atMs = Date.now();
  return () => {
    const nowMs = Date.now();
    left = Math.min(atOnce, left + ((nowMs - atMs) / 1000) * perSecond);
    atMs = nowMs;
    if (left < 1) return false;
    left--;
    return true;
  };
}
