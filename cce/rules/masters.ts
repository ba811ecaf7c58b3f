import type { Rule } from './rule.ts';

const customTypes = ['custom', 'containerizedCustom'];
const managedTypes = ['managed', 'managedPro', 'serverless'];

/** Numbers of masters by type. Any type: those the vendor's SDK names. */
const masterCounts: Readonly<Record<string, readonly number[]>> = { managed: [1, 3], serverless: [2] };
const anyMasterCounts = [1, 2, 3, 5];

/** Sources: API page (Create cluster), vendor's field list, vendor SDK. */
export const masterRules: readonly Rule[] = [
  {
    id: 'masters-missing',
    description: 'Custom masters need machines in `masters`.',
    severity: 'error',
    check: ({ cluster, masters }) => {
      const masterType = cluster?.masterConfig?.masterType ?? '';
      if (!customTypes.includes(masterType) || (masters && masters.length > 0)) return [];
      return [
        {
          path: 'masters',
          message: `Masters of type ${masterType} run on your machines, and the request names none.`,
          advice: 'Add "masters", or set cluster.masterConfig.masterType to a managed type.',
        },
      ];
    },
  },
  {
    id: 'masters-unexpected',
    description: 'Masters that the service runs take no machines in `masters`.',
    severity: 'error',
    check: ({ cluster, masters }) => {
      const masterType = cluster?.masterConfig?.masterType ?? '';
      if (!managedTypes.includes(masterType) || !masters || masters.length === 0) return [];
      return [
        {
          path: 'masters',
          message: `Masters of type ${masterType} are run by the service, and the request names machines for them.`,
          advice: 'Remove "masters", or set cluster.masterConfig.masterType to a custom type.',
        },
      ];
    },
  },
  {
    id: 'cluster-ha',
    description:
      'The number of masters is one that the service offers: managed 1 or 3, serverless 2, others 1, 2, 3 or 5.',
    severity: 'error',
    check: ({ cluster }) => {
      const { clusterHA, masterType = '' } = cluster?.masterConfig ?? {};
      const offered = Object.hasOwn(masterCounts, masterType) ? masterCounts[masterType] : undefined;
      const counts = offered ?? anyMasterCounts;
      if (clusterHA === undefined || counts.includes(clusterHA)) return [];
      return [
        {
          path: 'cluster.masterConfig.clusterHA',
          message: `${clusterHA} masters are not offered.`,
          advice: `Set it to ${counts.join(' or ')}.`,
        },
      ];
    },
  },
  {
    id: 'load-balancer-subnet',
    description: 'Custom masters need a subnet for the load balancer of their API server.',
    severity: 'error',
    check: ({ cluster }) => {
      const { masterType, clusterBLBVPCSubnetID } = cluster?.masterConfig ?? {};
      if (masterType !== 'custom' || clusterBLBVPCSubnetID) return [];
      return [
        {
          path: 'cluster.masterConfig.clusterBLBVPCSubnetID',
          message: 'Custom masters have no subnet for their load balancer.',
          advice: 'Name a subnet of the VPC (sbn-…).',
        },
      ];
    },
  },
];
