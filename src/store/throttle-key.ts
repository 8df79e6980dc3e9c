import ipaddr, { type IPv6 } from 'ipaddr.js';

/**
 * What callers from an address are counted under. Of IPv6 every line has a /64 at the least, and whoever has one has
 * all its addresses; an IPv4 address is the same one however it is written.
 * @param address what is no address counts as it stands
 */
export function throttleKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = (parsed as IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
