import type { Rule } from './rule.ts';

const customTypes = ['custom', 'containerizedCustom'];
const managedTypes = ['managed', 'managedPro', 'serverless'];

/** The numbers of masters that each type allows. The vendor's SDK lists those for other types. */
const masterCounts: Readonly<Record<string, readonly number[]>> = { managed: [1, 3], serverless: [2] };
const otherMasterCounts = [1, 2, 3, 5];

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
          message: `Masters of type ${masterType} run on your own machines, but the request lists none.`,
          advice: 'Add machines to masters, or set cluster.masterConfig.masterType to a managed type.',
        },
      ];
    },
  },
  {
    id: 'masters-unexpected',
    description: 'If the service runs the masters, `masters` is empty.',
    severity: 'error',
    check: ({ cluster, masters }) => {
      const masterType = cluster?.masterConfig?.masterType ?? '';
      if (!managedTypes.includes(masterType) || !masters || masters.length === 0) return [];
      return [
        {
          path: 'masters',
          message: `The service runs masters of type ${masterType}, but the request lists machines for them.`,
          advice: 'Remove masters, or set cluster.masterConfig.masterType to a custom type.',
        },
      ];
    },
  },
  {
    id: 'cluster-ha',
    description:
      'The service offers the number of masters: 1 or 3 for managed, 2 for serverless, 1, 2, 3 or 5 for other types.',
    severity: 'error',
    check: ({ cluster }) => {
      const { clusterHA, masterType = '' } = cluster?.masterConfig ?? {};
      const offered = Object.hasOwn(masterCounts, masterType) ? masterCounts[masterType] : undefined;
      const counts = offered ?? otherMasterCounts;
      if (clusterHA === undefined || counts.includes(clusterHA)) return [];
      return [
        {
          path: 'cluster.masterConfig.clusterHA',
          message: `The service does not offer ${clusterHA} masters${offered ? ` of type ${masterType}` : ''}.`,
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
          message: 'The load balancer of custom masters has no subnet.',
          advice: 'Set it to the ID of a subnet in the VPC (sbn-…).',
        },
      ];
    },
  },
];
