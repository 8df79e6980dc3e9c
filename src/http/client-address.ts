/** Where a request comes from and how, past the proxies that are trusted and no further. */
import type { IncomingHttpHeaders } from 'node:http';

interface Incoming {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean };
}

/**
 * @param trustedProxies number of proxies in front whose X-Forwarded-For is believed
 * @returns the address of the client, or of the outermost proxy that is not trusted
 */
export function clientAddress({ headers, socket }: Incoming, trustedProxies: number): string {
  const remote = socket.remoteAddress ?? '';
  if (trustedProxies === 0) return remote;
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const chain = [...forwarded, remote].map((address) => address.trim()).filter(Boolean);
  return chain.at(-1 - trustedProxies) ?? chain[0] ?? '';
}

/** @returns the scheme by which the browser came */
export function clientProtocol({ headers, socket }: Incoming, trustedProxies: number): 'http' | 'https' {
  // The last proxy is ours; what came before it may have been sent by anybody.
  const forwarded =
    trustedProxies > 0
      ? String(headers['x-forwarded-proto'] ?? '')
          .split(',')
          .at(-1)
          ?.trim()
      : '';
  return socket.encrypted === true || forwarded === 'https' ? 'https' : 'http';
}
