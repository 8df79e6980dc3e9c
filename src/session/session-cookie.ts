/** The cookie that carries the secret. */
import type { Config } from '../common/config';
import { clientProtocol } from '../http/client-address';
import { clearCookie, readCookie, setCookie } from '../http/cookies';
import type { HttpRequest, HttpResponse } from '../http/http-types';

const SECURE_NAME = '__Host-vedfolnir';
const PLAIN_NAME = 'vedfolnir_session';

type Incoming = Pick<HttpRequest, 'headers' | 'socket'>;

/** Over HTTPS only the `__Host-` cookie counts: other hosts and plain HTTP pages cannot set it. */
function isSecure(config: Config, request: Incoming): boolean {
  return config.publicOrigin?.startsWith('https:') === true || clientProtocol(request, config.trustProxy) === 'https';
}

/** The name by which a caller at the configured address sends it. */
export const publicCookieName = (config: Config) =>
  config.publicOrigin?.startsWith('https:') ? SECURE_NAME : PLAIN_NAME;

/** Of a request or of a socket's handshake. @returns null where there is none */
export function readSecret(config: Config, request: Incoming): string | null {
  return readCookie(request.headers, isSecure(config, request) ? SECURE_NAME : PLAIN_NAME) || null;
}

/** @returns the Cookie header without our cookies */
export function withoutSecret(header: string | undefined): string | undefined {
  const names = [SECURE_NAME, PLAIN_NAME];
  const others = header?.split(';').filter((pair) => !names.includes(pair.split('=', 1)[0]!.trim()));
  return others?.join(';').trim() || undefined;
}

export function setSecret(config: Config, request: HttpRequest, response: HttpResponse, secret: string): void {
  const secure = isSecure(config, request);
  setCookie(response, secure ? SECURE_NAME : PLAIN_NAME, secret, {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: Math.floor(config.sessionLifetime / 1000),
  });
}

export function clearSecret(config: Config, request: HttpRequest, response: HttpResponse): void {
  const secure = isSecure(config, request);
  clearCookie(response, secure ? SECURE_NAME : PLAIN_NAME, { httpOnly: true, sameSite: 'lax', secure });
  // Pages must not be shown again by "back". Drafts and settings of other users of this browser are kept.
  response.header('Clear-Site-Data', '"cache"');
}
