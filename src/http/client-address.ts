/** The client's address and protocol, behind a number of trusted proxies. */
import type { IncomingHttpHeaders } from 'node:http';

interface Incoming {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean };
}

/**
 * @param trustedProxies number of proxies whose X-Forwarded-For is trusted
 * @returns the address of the client, or of the first untrusted proxy
 */
export function clientAddress({ headers, socket }: Incoming, trustedProxies: number): string {
  const remote = socket.remoteAddress ?? '';
  if (trustedProxies === 0) return remote;
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const chain = [...forwarded, remote].map((address) => address.trim()).filter(Boolean);
  return chain.at(-1 - trustedProxies) ?? chain[0] ?? '';
}

/** @returns the protocol that the browser used */
export function clientProtocol({ headers, socket }: Incoming, trustedProxies: number): 'http' | 'https' {
  // Only the last value comes from our proxy; earlier ones may be forged.
  const forwarded =
    trustedProxies > 0
      ? String(headers['x-forwarded-proto'] ?? '')
          .split(',')
          .at(-1)
          ?.trim()
      : '';
  return socket.encrypted === true || forwarded === 'https' ? 'https' : 'http';
}
