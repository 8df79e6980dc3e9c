/** Decides which addresses an instance may have. Pure. */
import ipaddr from 'ipaddr.js';

/**
 * Whether this is an address of the public internet. False for private, loopback, link-local, shared (CGNAT),
 * multicast and reserved addresses, and for every form of IPv6 that embeds an IPv4 address.
 * @param text an IPv4 or IPv6 address, without brackets
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  // All assigned global unicast IPv6 addresses are in 2000::/3 (RFC 4291).
  return address.kind() === 'ipv4' || ((address as ipaddr.IPv6).parts[0]! & 0xe000) === 0x2000;
}

/** Suffixes of names that are local to a machine or network (RFC 6761, 6762, 7686, 8375). */
const LOCAL_SUFFIXES = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa', 'onion'];

/** Whether a name can be public. Its addresses must still be checked. */
export function isPublicName(name: string): boolean {
  const plain = name.toLowerCase().replace(/\.+$/, '');
  if (!plain.includes('.')) return false;
  return !LOCAL_SUFFIXES.some((suffix) => plain.endsWith(`.${suffix}`));
}

/** Reserved names that never resolve (RFC 6761), so no DNS query is needed. */
export function isReservedHostName(name: string): boolean {
  return /(^|\.)(example|invalid|test|example\.(com|net|org))\.?$/i.test(name);
}

/** `host:port`, as in ALLOW_PRIVATE_INSTANCES; with the default port of the scheme if the URL has none. */
export function hostAndPort(url: URL): string {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${url.hostname}:${port}`;
}

/** The host without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * Why requests to a URL are refused, or null if its form is allowed. Its addresses must still be checked.
 * @param allowPrivate host:port list of exceptions, for development
 * @param publicPort other than 443 in tests only
 */
export function refusalOf(url: URL, allowPrivate: readonly string[], publicPort = 443): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username || url.password) return 'must not hold a user or password';
  if (allowPrivate.includes(hostAndPort(url))) return null;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (hostAndPort(url) !== `${url.hostname}:${publicPort}`) return 'must not name a port';
  const host = bareHost(url);
  const isAddress = ipaddr.isValid(host);
  if (isAddress ? !isPublicAddress(host) : !isPublicName(host)) return 'must be a host of the public internet';
  return null;
}
