import { redactSecrets } from '../../cce/secrets.ts';
import type { BatchItem } from '../../contract/batch/item.ts';
import { estimateBatch, type Estimate, type EstimateAssumptions } from './estimate.ts';
import { expandBatch, type BatchSettings, type ExpandedBatch } from './expand.ts';

/** What a batch would do. */
export interface BatchPlan extends ExpandedBatch, Estimate {
  /** The ranges that the creates are to use, by VPC. */
  networks: PlannedNetwork[];
}

export interface PlannedNetwork {
  vpcID: string;
  clusters: PlannedCluster[];
}

export interface PlannedCluster {
  clusterName: string;
  /** The range of IPv4, of IPv6, or both with a comma between them. */
  pods?: string;
  /** Alike. */
  services?: string;
}

export interface PlanOptions extends BatchSettings {
  /** Other figures for the estimate than the defaults. */
  assumed?: Partial<EstimateAssumptions>;
}

/** Says what a batch would do, without asking or sending anything. Takes any JSON value, and never throws. */
export function planBatch(document: unknown, { assumed, ...settings }: PlanOptions = {}): BatchPlan {
  const expanded = expandBatch(document, settings);
  return { ...expanded, networks: plannedNetworks(expanded.items), ...estimateBatch(expanded, assumed) };
}

/** The plan for people and logs: secrets that stand in its requests are redacted. */
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
