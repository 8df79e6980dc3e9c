/** The cookie that carries the secret. */
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../common/config';

const SECURE_NAME = '__Host-vedfolnir';
const PLAIN_NAME = 'vedfolnir_session';

/** Over HTTPS only the `__Host-` cookie counts: no other host and no plain page can have set it. */
export function cookieName(secure: boolean): string {
  return secure ? SECURE_NAME : PLAIN_NAME;
}

export function isSecure(config: Config, protocol: string): boolean {
  return protocol === 'https' || config.publicOrigin?.startsWith('https:') === true;
}

export function readSecret(config: Config, request: FastifyRequest): string | null {
  return request.cookies[cookieName(isSecure(config, request.protocol))] || null;
}

export function setSecret(config: Config, request: FastifyRequest, reply: FastifyReply, secret: string): void {
  const secure = isSecure(config, request.protocol);
  reply.setCookie(cookieName(secure), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: Math.floor(config.sessionLifetime / 1000),
  });
}

export function clearSecret(config: Config, request: FastifyRequest, reply: FastifyReply): void {
  const secure = isSecure(config, request.protocol);
  reply.clearCookie(cookieName(secure), { path: '/', httpOnly: true, sameSite: 'lax', secure });
}
