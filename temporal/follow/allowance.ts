/** Creates a function that says whether one more is allowed, if at most so many a second are. It counts each that it allows. */
export function createAllowance(perSecond: number): () => boolean {
  let left = perSecond;
  let atMs = Date.now();
  return () => {
    const nowMs = Date.now();
    left = Math.min(perSecond, left + ((nowMs - atMs) / 1000) * perSecond);
    atMs = nowMs;
    if (left < 1) return false;
    left--;
    return true;
  };
}
