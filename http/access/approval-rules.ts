import type { AccountRegion } from '../../client/index.ts';
import { RequestError } from '../request-error.ts';
import { allowsScope, type Principal } from './principal.ts';

/** Where a second principal has to approve deletions. */
export interface ApprovalRules extends Pick<Principal, 'scopes'> {
  /** How long a deletion waits for its approval, in seconds. */
  waitSeconds: number;
}

export function needsApproval(rules: ApprovalRules | undefined, scope: AccountRegion): boolean {
  return rules !== undefined && allowsScope(rules, scope);
}

/**
 * Refuses what would delete later, or again, clusters that nobody can see now: a second principal could not know what to approve.
 *
 * @param advice What to do instead.
 * @throws RequestError with 403
 */
export function refuseUnapproved(rules: ApprovalRules | undefined, scope: AccountRegion, advice: string): void {
  if (!needsApproval(rules, scope)) return;
  const where = `${scope.account}/${scope.region}`;
  throw new RequestError(
    403,
    'ApprovalRequired',
    `in ${where} a second principal has to approve deletions, and nobody can see what this call would delete; ${advice}`,
  );
}
