import ipaddr, { type IPv6 } from 'ipaddr.js';

/**
 * What callers from an address are counted under. An IPv6 customer has a /64 at the least, and all its addresses; an IPv4
 * address is the same one however it is written.
 * Some proxies tell the port with it, which is another one for each connection.
 * @param address what is no address counts as it stands
 */
export function throttleKey(address: string): string {
  const parsed = parse(address);
  if (parsed === null) return address;
  return parsed.kind() === 'ipv4' ? parsed.toString() : prefixOf(parsed as IPv6, 64);
}

/** The /48 that an IPv6 address is part of, which many sites have whole; null for any other address. */
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

/** `192.0.2.1:4711` and `[2001:db8::1]:4711`; where there are no brackets, an IPv6 address is all address. */
function withoutPort(address: string): string {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}
