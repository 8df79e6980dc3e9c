/** Where the guard stores a request's or a socket's session, and how handlers read it. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Config } from '../common/config';
import { clientAddress } from '../http/client-address';
import type { HttpRequest } from '../http/http-types';
import type { PlatformView } from '../protocol/http';
import type { RoutePolicy } from './route-policy';
import { type Device, MAX_USER_AGENT_LENGTH, type SessionContext } from './session-context';
import { csrfToken } from './session-token';

/** The session of a request that passed the guard. */
export interface RequestSession {
  secret: string;
  context: SessionContext;
  /** The policy of the route that the guard admitted it to. */
  policy: RoutePolicy;
}

/** The platform that a request addresses, and how the request named it. */
export interface RequestPlatform {
  target: PlatformTarget;
  view: PlatformView;
}

/** The platform that a request names; `pinned`: the request addresses it whatever platform is active. */
export interface PlatformTarget {
  id: number;
  pinned: boolean;
}

/** What the handshake and the guard store in a socket's `data`. */
export interface SocketAuth {
  sessionId: string;
  /** SHA-256 of the secret that the socket was opened with, hex. */
  tokenHash: string;
  /** The context as of the message being handled. */
  context?: SessionContext;
}

const SESSION = Symbol('session');
const PLATFORM = Symbol('platform');

/** A request with the guard's results, under symbols so that they cannot collide with a host's properties. */
export interface GuardedRequest extends HttpRequest {
  [SESSION]?: RequestSession;
  [PLATFORM]?: RequestPlatform;
}

export function setRequestSession(request: GuardedRequest, session: RequestSession): void {
  request[SESSION] = session;
}

export function setRequestPlatform(request: GuardedRequest, platform: RequestPlatform): void {
  request[PLATFORM] = platform;
}

export function findRequestSession(request: GuardedRequest): RequestSession | undefined {
  return request[SESSION];
}

export function requestSession(execution: ExecutionContext): RequestSession {
  const session = execution.switchToHttp().getRequest<GuardedRequest>()[SESSION];
  if (!session) throw new Error('A route that reads the session must say @RequireSession()');
  return session;
}

function requestPlatform(execution: ExecutionContext): RequestPlatform {
  const platform = execution.switchToHttp().getRequest<GuardedRequest>()[PLATFORM];
  if (!platform) throw new Error('The route must say @RequireSession({ platform: true })');
  return platform;
}

/** For guards and decorators of a host, after `@RequireSession()`. @returns the caller, of a request or of a message */
export function sessionOf(execution: ExecutionContext): SessionContext {
  if (execution.getType() !== 'ws') return requestSession(execution).context;
  const { context } = execution.switchToWs().getClient<{ data: SocketAuth }>().data;
  if (!context) throw new Error('A message whose handler reads the session must say @RequireSession()');
  return context;
}

/** For guards and decorators of a host, after `@RequireSession({ platform: true })`. */
export function platformOf(execution: ExecutionContext): PlatformView {
  return requestPlatform(execution).view;
}

/** The SessionContext of the caller, of a request or of a message. */
export const CurrentSession = createParamDecorator((_: unknown, execution: ExecutionContext) => sessionOf(execution));

/** The platform that the request addresses: the one it names, else the session's active one. */
export const CurrentPlatform = createParamDecorator((_: unknown, execution: ExecutionContext) => platformOf(execution));

/** How the request named its platform: a write checks it again within its own transaction. */
export const TargetPlatform = createParamDecorator(
  (_: unknown, execution: ExecutionContext): PlatformTarget => requestPlatform(execution).target,
);

/** The secret in the caller's cookie, to derive tokens from. */
export const CurrentSecret = createParamDecorator(
  (_: unknown, execution: ExecutionContext): string => requestSession(execution).secret,
);

/** The caller's CSRF token, which unsafe requests send as X-CSRFToken: for pages, in `<meta name="csrf-token">`. */
export const CurrentCsrfToken = createParamDecorator((_: unknown, execution: ExecutionContext): string =>
  csrfToken(requestSession(execution).secret),
);

/** The id that the calling tab chose for itself, or null. */
export const CurrentTab = createParamDecorator((_: unknown, execution: ExecutionContext): string | null => {
  const value = execution.switchToHttp().getRequest<HttpRequest>().headers['x-tab-id'];
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : null;
});

/** The caller's user agent and address. */
export function deviceOf(request: Pick<HttpRequest, 'headers' | 'socket'>, { trustProxy }: Config): Device {
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH);
  return { userAgent, ipAddress: clientAddress(request, trustProxy) };
}
