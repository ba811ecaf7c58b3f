import type { AccountRegion, NameMatcher } from '../../client/index.ts';

/**
 * What a principal may do. No role includes another.
 *
 * - `read`: all reads, and validation
 * - `operate`: create, extend a lease, cancel a create, control a batch, get a kubeconfig
 * - `destroy`: everything that deletes
 */
export const roles = ['read', 'operate', 'destroy'] as const;

export type Role = (typeof roles)[number];

/** Who sends a request. */
export interface Principal {
  /** For the log and the audit. */
  name: string;
  /** Different for each principal that any server ever knows: the name with its source, such as the issuer of its tokens. */
  identity: string;
  roles: ReadonlySet<Role>;
  /** Patterns of accounts and regions. */
  scopes: readonly { account: NameMatcher; region: NameMatcher }[];
  /** Patterns of the names of clusters, batches and schedules. Absent: every name. */
  names?: readonly NameMatcher[];
  /** When its token expires, in milliseconds since the epoch. @default never */
  expiresAtMs?: number;
}

/** Everybody who reaches a server without tokens, which listens on a loopback address only. */
export const anonymous: Principal = {
  name: 'anonymous',
  identity: 'anonymous',
  roles: new Set(roles),
  scopes: [{ account: () => true, region: () => true }],
};

export function allowsScope({ scopes }: Pick<Principal, 'scopes'>, { account, region }: AccountRegion): boolean {
  return scopes.some((scope) => scope.account(account) && scope.region(region));
}

/** Whether a principal may see and change what has a name. */
export function allowsName({ names }: Principal, name: string): boolean {
  return names === undefined || names.some((matches) => matches(name));
}
