import { redactSecrets } from '../../cce/secrets.ts';
import type { BatchItem } from '../../contract/batch/item.ts';
import { estimateBatch, type Estimate, type EstimateAssumptions } from './estimate.ts';
import { expandBatch, type BatchSettings, type ExpandedBatch } from './expand.ts';

/** An expanded batch with its networks and an estimate of its duration. */
export interface BatchPlan extends ExpandedBatch, Estimate {
  /** The ranges that the creates will use, by VPC. */
  networks: PlannedNetwork[];
}

export interface PlannedNetwork {
  vpcID: string;
  clusters: PlannedCluster[];
}

export interface PlannedCluster {
  clusterName: string;
  /** The pod ranges: IPv4, IPv6, or both separated by a comma. */
  pods?: string;
  /** The service ranges, in the same form. */
  services?: string;
}

export interface PlanOptions extends BatchSettings {
  /** Assumptions for the estimate, in place of the defaults. */
  assumed?: Partial<EstimateAssumptions>;
}

/**
 * Shows what a batch would do, without any network access. Accepts any JSON value and never throws.
 *
 * @example
 * ```ts
 * const { errors, items, concurrency, failurePolicy } = planBatch(document);
 * if (errors.length === 0) await orchestrator.batches.start({ name: 'nightly', items, concurrency, failurePolicy });
 * ```
 */
export function planBatch(document: unknown, { assumed, ...settings }: PlanOptions = {}): BatchPlan {
  const expanded = expandBatch(document, settings);
  return { ...expanded, networks: plannedNetworks(expanded.items), ...estimateBatch(expanded, assumed) };
}

/** Redacts the secrets in a plan's requests, for people and logs. */
export function withoutSecrets(plan: BatchPlan): BatchPlan {
  return redactSecrets(plan) as BatchPlan;
}

function plannedNetworks(items: readonly BatchItem[]): PlannedNetwork[] {
  const networks = new Map<string, PlannedNetwork>();
  for (const item of items) {
    if (item.kind === 'delete') continue;
    const { vpcID, clusterName, containerNetworkConfig } = item.input.request.cluster;
    const network = networks.get(vpcID) ?? { vpcID, clusters: [] };
    networks.set(vpcID, network);
    const { clusterPodCIDR, clusterPodCIDRIPv6, clusterIPServiceCIDR, clusterIPServiceCIDRIPv6 } =
      containerNetworkConfig;
    const pods = [clusterPodCIDR, clusterPodCIDRIPv6].filter(Boolean).join(', ');
    const services = [clusterIPServiceCIDR, clusterIPServiceCIDRIPv6].filter(Boolean).join(', ');
    network.clusters.push({ clusterName, ...(pods && { pods }), ...(services && { services }) });
  }
  return [...networks.values()];
}
