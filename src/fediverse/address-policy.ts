/** Which addresses an instance may live at. Pure. */
import ipaddr from 'ipaddr.js';

/**
 * Whether this is an address of the public internet. Everything else is refused: private, loopback, link-local, shared
 * (CGNAT), multicast, reserved, and every form of IPv6 that carries an IPv4 address inside.
 * @param text an IPv4 or IPv6 address, without brackets
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  // All that has been given out of IPv6 lies in 2000::/3 (RFC 4291); what lies outside is no one's.
  return address.kind() === 'ipv4' || ((address as ipaddr.IPv6).parts[0]! & 0xe000) === 0x2000;
}

/** Names that mean this machine or this network wherever they are asked for (RFC 6761, 6762, 7686, 8375). */
const LOCAL_SUFFIXES = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa', 'onion'];

/** Whether a name can be one of the public internet. It still has to resolve to an address that is. */
export function isPublicName(name: string): boolean {
  const plain = name.toLowerCase().replace(/\.+$/, '');
  if (!plain.includes('.')) return false;
  return !LOCAL_SUFFIXES.some((suffix) => plain.endsWith(`.${suffix}`));
}

/** Names that are set aside so that nobody ever answers for them (RFC 6761): not worth a question. */
export function isReservedHostName(name: string): boolean {
  return /(^|\.)(example|invalid|test|example\.(com|net|org))\.?$/i.test(name);
}

/** `host:port`, as ALLOW_PRIVATE_INSTANCES writes it; the port of the scheme where none is given. */
export function hostAndPort(url: URL): string {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${url.hostname}:${port}`;
}

/** The host without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * Why a URL may not be asked, or null when its form is fine. Its name has still to resolve to a public address.
 * @param allowPrivate host:port list of exceptions, for development
 * @param publicPort 443 but in tests
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
