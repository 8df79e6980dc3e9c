/** What the guard has found out about a request or a socket, and how handlers get at it. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Config } from '../common/config';
import { clientAddress } from '../http/client-address';
import type { HttpRequest } from '../http/http-types';
import type { PlatformView } from '../protocol/http';
import type { RoutePolicy } from './route-policy';
import { type Device, MAX_USER_AGENT_LENGTH, type SessionContext } from './session-context';
import { csrfToken } from './session-token';

/** Of a request that was let in. */
export interface RequestSession {
  secret: string;
  context: SessionContext;
  /** What it was let in for. */
  policy: RoutePolicy;
}

/** The platform that a request is about, and how the request named it. */
export interface RequestPlatform {
  target: PlatformTarget;
  view: PlatformView;
}

/** The platform that a request names, and whether it means that one whatever is active. */
export interface PlatformTarget {
  id: number;
  pinned: boolean;
}

/** What the handshake and the guard have found out about a socket; in its `data`. */
export interface SocketAuth {
  sessionId: string;
  /** Of the secret that it was opened with, SHA-256 in hex. */
  tokenHash: string;
  /** As of the message that is being handled. */
  context?: SessionContext;
}

const SESSION = Symbol('session');
const PLATFORM = Symbol('platform');

/** A request on which the guard keeps what it has found out: under symbols, so that no name of a host's is taken. */
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

/** The platform that the request is about: the one that it names, else the session's active one. */
export const CurrentPlatform = createParamDecorator((_: unknown, execution: ExecutionContext) => platformOf(execution));

/** How the request named its platform: for the fence, which a write passes once more in its own transaction. */
export const TargetPlatform = createParamDecorator(
  (_: unknown, execution: ExecutionContext): PlatformTarget => requestPlatform(execution).target,
);

/** The secret of the caller's cookie, for what is derived from it. */
export const CurrentSecret = createParamDecorator(
  (_: unknown, execution: ExecutionContext): string => requestSession(execution).secret,
);

/** What the caller's unsafe requests carry as X-CSRFToken: for pages, in `<meta name="csrf-token">`. */
export const CurrentCsrfToken = createParamDecorator((_: unknown, execution: ExecutionContext): string =>
  csrfToken(requestSession(execution).secret),
);

/** The id that the calling tab gave itself, or null. */
export const CurrentTab = createParamDecorator((_: unknown, execution: ExecutionContext): string | null => {
  const value = execution.switchToHttp().getRequest<HttpRequest>().headers['x-tab-id'];
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : null;
});

/** The caller's user agent and address. */
export function deviceOf(request: Pick<HttpRequest, 'headers' | 'socket'>, { trustProxy }: Config): Device {
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH);
  return { userAgent, ipAddress: clientAddress(request, trustProxy) };
}
