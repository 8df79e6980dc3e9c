import ipaddr, { type IPv6 } from 'ipaddr.js';

/**
 * The rate-limit key of an address: a /64 for IPv6, as a customer has at least that; the address itself for IPv4,
 * however it is written. A port, which some proxies append and which differs per connection, is removed.
 * @param address returned unchanged if it is not an IP address
 */
export function throttleKey(address: string): string {
  const parsed = parse(address);
  if (parsed === null) return address;
  return parsed.kind() === 'ipv4' ? parsed.toString() : prefixOf(parsed as IPv6, 64);
}

/** The /48 of an IPv6 address, a usual size of a site; null for any other address. */
export function siteKey(address: string): string | null {
  const parsed = parse(address);
  return parsed?.kind() === 'ipv6' ? prefixOf(parsed as IPv6, 48) : null;
}

function parse(address: string) {
  const bare = withoutPort(address);
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}

function prefixOf({ parts }: IPv6, bits: 48 | 64): string {
  const network = parts.slice(0, bits / 16).map((part) => part.toString(16));
  return `${network.join(':')}::/${bits}`;
}

/** Handles `192.0.2.1:4711` and `[2001:db8::1]:4711`; an IPv6 address without brackets has no port. */
function withoutPort(address: string): string {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}
