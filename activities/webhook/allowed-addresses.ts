import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Decides to which addresses webhooks may be sent. */
export interface AllowedAddresses {
  /** Whether the address is public, or in a range that the operator of the worker allows. */
  allows: (address: string) => boolean;
  /** Whether the address is in such a range. Only there may requests go in clear text. */
  isListed: (address: string) => boolean;
}

/**
 * @param ranges Addresses and ranges such as `10.1.0.0/16`.
 * @throws Error if one of them cannot be read
 */
export function allowedAddresses(ranges: readonly string[]): AllowedAddresses {
  const listed = ranges.map(parseRange);
  const isListed = (address: string) => {
    const parsed = parse(address);
    return (
      parsed !== undefined && listed.some((range) => range[0].kind() === parsed.kind() && parsed.match(range as never))
    );
  };
  return {
    allows: (address) => isPublic(parse(address)) || isListed(address),
    isListed,
  };
}

/** The part of IPv6 for the Internet. The library also takes `::a00:1`, which stands for 10.0.0.1, for unicast. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** All other addresses are private, link-local, of the machine itself, or stand for an IPv4 address that may be one of these. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6 | undefined): boolean {
  if (address?.range() !== 'unicast') return false;
  return !(address instanceof ipaddr.IPv6) || address.match(globalUnicast);
}

function parseRange(text: string): Range {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Reads `::ffff:10.0.0.1` as 10.0.0.1, as the system does. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}
