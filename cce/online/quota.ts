import type { Quota } from '../quota.ts';
import type { Problem } from '../rules/rule.ts';

/** How many more the quota allows. A negative quota means that there is none. */
export function roomIn({ quota, used }: Pick<Quota, 'quota' | 'used'>): number {
  return quota < 0 ? Infinity : Math.max(0, quota - used);
}

/** The problem of an account that may not have as many clusters more as are wanted. Those that are being deleted may still count. */
export function quotaProblem(quota: Pick<Quota, 'quota' | 'used'>, wanted: number): Problem | undefined {
  const room = roomIn(quota);
  if (wanted <= room) return undefined;
  return {
    path: 'cluster',
    rule: 'cluster-quota',
    message: `The account may have ${quota.quota} clusters and has ${quota.used}: there is room for ${room}, and ${wanted} are asked for.`,
    advice: 'Raise the cluster quota, delete clusters, or wait until those that are being deleted are gone.',
  };
}
