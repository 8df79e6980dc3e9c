import ipaddr, { type IPv6 } from 'ipaddr.js';

/**
 * What callers from an address are counted under. Of IPv6 every line has a /64 at the least, and whoever has one has
 * all its addresses; an IPv4 address is the same one however it is written.
 * Some proxies tell the port with it, which is another one for each connection.
 * @param address what is no address counts as it stands
 */
export function throttleKey(address: string): string {
  const bare = withoutPort(address);
  if (!ipaddr.isValid(bare)) return address;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = (parsed as IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711`; where there are no brackets, an IPv6 address is all address. */
function withoutPort(address: string): string {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}
