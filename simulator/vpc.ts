/** The network of every VPC in the simulator, and of its only subnet. */
export const simulatedVpcCIDR = '192.168.0.0/16';
