/** What a route says of the session it needs, and how it gets at it. */
import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parseDuration } from '../common/config';
import type { Role } from '../protocol/http';
import { type Device, MAX_USER_AGENT_LENGTH, type SessionContext } from './session-context';

export interface SessionRequirement {
  /** An active platform is needed: without one the answer is PLATFORM_REQUIRED. */
  platform?: boolean;
  /** A session that has run out may pass, for cleaning up and signing out; an ended one may not. */
  allowExpired?: boolean;
  /** Only callers of this role; others get FORBIDDEN. */
  role?: Role;
}

export const PUBLIC = 'vedfolnir:public';
export const REQUIREMENT = 'vedfolnir:requirement';
export const PASSIVE = 'vedfolnir:passive';
export const RECENT_LOGIN = 'vedfolnir:recent-login';
export const ALLOW_CACHED_SESSION = 'vedfolnir:proven-on-write';

/** Open to everyone. Without this a route takes signed-in callers only. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Needs a live session (which is the rule anyway), and what the requirement names beyond. */
export const RequireSession = (requirement: SessionRequirement = {}) => SetMetadata(REQUIREMENT, requirement);

/** Being asked for this is no doing of the person's: it does not move the idle limit. */
export const Passive = () => SetMetadata(PASSIVE, true);

/**
 * The handler does all that it does by `SessionService.runAuthorizedForPlatform`, which finds the session live where it writes: the
 * guard need not ask the database before.
 */
export const AllowCachedSession = () => SetMetadata(ALLOW_CACHED_SESSION, true);

export interface RecentLogin {
  /** Milliseconds; null: as configured. */
  age: number | null;
  /** A parameter of the path: where it names the caller's own session, nothing is asked. */
  exceptOwn?: string;
}

/**
 * Only for those who have given their password a short while ago; others get REAUTHENTICATION_REQUIRED.
 * @param age such as `10m`; RECENT_LOGIN of the configuration where none is given
 */
export const RequireRecentLogin = (age?: string, options: Omit<RecentLogin, 'age'> = {}) => {
  const milliseconds = age === undefined ? null : parseDuration('@RequireRecentLogin', age);
  return SetMetadata(RECENT_LOGIN, { age: milliseconds, ...options } satisfies RecentLogin);
};

/** What the guard has found out about a request. */
export interface RequestAuth {
  secret: string;
  context: SessionContext;
}

/** What the handshake and the guard have found out about a socket; in its `data`. */
export interface SocketAuth {
  sessionId: string;
  /** Of the secret that it was opened with, SHA-256 in hex. */
  tokenHash: string;
  /** As of the message that is being handled. */
  context?: SessionContext;
}

declare module 'fastify' {
  interface FastifyRequest {
    auth?: RequestAuth;
  }
}

export function authOf(execution: ExecutionContext): RequestAuth {
  const { auth } = execution.switchToHttp().getRequest<FastifyRequest>();
  if (!auth) throw new Error('A route that reads the session must not be @Public()');
  return auth;
}

/** The SessionContext of the caller, of a request or of a message. */
export const CurrentSession = createParamDecorator((_: unknown, execution: ExecutionContext) => {
  if (execution.getType() === 'ws') return execution.switchToWs().getClient<{ data: SocketAuth }>().data.context;
  return authOf(execution).context;
});

/** The secret of the caller's cookie, for what is derived from it. */
export const CurrentSecret = createParamDecorator((_: unknown, execution: ExecutionContext) => {
  return authOf(execution).secret;
});

/** The caller's user agent and address. */
export const CurrentDevice = createParamDecorator((_: unknown, execution: ExecutionContext) =>
  deviceOf(execution.switchToHttp().getRequest<FastifyRequest>()),
);

export function deviceOf(request: FastifyRequest): Device {
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH);
  return { userAgent, ipAddress: request.ip };
}

/** The id that the calling tab gave itself, or null. */
export const CurrentTab = createParamDecorator((_: unknown, execution: ExecutionContext): string | null => {
  const value = execution.switchToHttp().getRequest<FastifyRequest>().headers['x-tab-id'];
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : null;
});
