import type { Decision, decisionRefusals, Principal } from './approval.ts';

interface Request {
  requestedBy: Principal;
  /** The decision that counts, if there is one. */
  decision: { verdict: Decision['verdict']; by: Pick<Principal, 'name'> } | undefined;
  expiresAtMs: number;
  nowMs: number;
}

/** Says why a decision does not count. Anybody can send an update, so it may be malformed. */
export function objectionToDecision(
  asked: unknown,
  { requestedBy, decision, expiresAtMs, nowMs }: Request,
): { type: (typeof decisionRefusals)[number]; message: string } | undefined {
  if (!isDecision(asked)) return { type: 'InvalidDecision', message: 'the decision is malformed' };
  if (asked.by.identity === requestedBy.identity) {
    const message = `"${requestedBy.name}" asked for the change, so somebody else has to decide`;
    return { type: 'SamePrincipal', message };
  }
  if (decision !== undefined) {
    if (decision.verdict === asked.verdict) return undefined;
    const message = `"${decision.by.name}" has decided otherwise: ${decision.verdict}`;
    return { type: 'AlreadyDecided', message };
  }
  // Not only once the timer has fired: without a worker, that is noticed later, and together with a late decision.
  return nowMs >= expiresAtMs ? { type: 'ApprovalOver', message: 'the request has lapsed' } : undefined;
}

function isDecision(asked: unknown): asked is Decision {
  const { verdict, by, reason } = Object(asked) as Partial<Decision>;
  const { name, identity } = Object(by) as Partial<Decision['by']>;
  return (
    (verdict === 'approved' || verdict === 'rejected') &&
    typeof name === 'string' &&
    typeof identity === 'string' &&
    (reason === undefined || typeof reason === 'string')
  );
}
