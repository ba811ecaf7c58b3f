import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Decides to which addresses webhooks may be sent. */
export interface AllowedAddresses {
  /** Whether it is a public address, or in a range that the operator of the worker allows. */
  allows: (address: string) => boolean;
  /** Whether it is in such a range: only there the request may be in clear text. */
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

/** What is given out of IPv6 for the Internet. Elsewhere, `::a00:1` counts as an ordinary address, and stands for 10.0.0.1. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Everything else is private, link-local, of the machine itself, or stands for an address of IPv4 that may be. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6 | undefined): boolean {
  if (address?.range() !== 'unicast') return false;
  return !(address instanceof ipaddr.IPv6) || address.match(globalUnicast);
}

function parseRange(text: string): Range {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** `::ffff:10.0.0.1` is 10.0.0.1 to the system, and so it is here. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}
