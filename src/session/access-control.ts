import type { IncomingMessage } from 'node:http';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AppError, invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import { CoalescedCall } from '../common/coalesced-call';
import { CONFIG, type Config } from '../common/config';
import type { HttpResponse } from '../http/http-types';
import { isFormPost, mediaType } from '../http/request-kind';
import { HEADERS, type Role } from '../protocol/http';
import { DeviceWatch } from './device-watch';
import { type HostSocket, HostSockets } from './host-sockets';
import { requireOwnOrigin, SAFE_METHODS } from './own-origin';
import { PlatformResolver } from './platform-resolver';
import { RequestBudgets } from './request-budgets';
import {
  deviceOf,
  findRequestSession,
  type GuardedRequest,
  type PlatformTarget,
  type RequestSession,
  type SocketAuth,
  setRequestPlatform,
  setRequestSession,
} from './request-session';
import { RoutePolicies, type RoutePolicy } from './route-policy';
import type { Device, SessionContext } from './session-context';
import { readSecret } from './session-cookie';
import { SessionLifecycleService } from './session-lifecycle.service';
import { isCsrfToken } from './session-token';
import { SocketAuthenticator } from './socket-authenticator';

interface GuardedSocket extends HostSocket {
  request: IncomingMessage;
}

/** The checks that a request passes, in this order: origin, session, role, recent sign-in, rate budget, platform. */
@Injectable()
export class AccessControl {
  /** The guard runs twice for a message when it is bound to both the application and the gateway. */
  private readonly admittedMessages = new WeakSet<ExecutionContext>();
  /** One lookup per socket: messages that arrive together share one database query. */
  private readonly lookups = new WeakMap<SocketAuth, CoalescedCall<SessionContext>>();

  constructor(
    private readonly policies: RoutePolicies,
    private readonly sessions: SessionLifecycleService,
    private readonly devices: DeviceWatch,
    private readonly platforms: PlatformResolver,
    private readonly socketAuthenticator: SocketAuthenticator,
    private readonly hostSockets: HostSockets,
    private readonly budgets: RequestBudgets,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Synchronous when nothing has to be awaited: a promise would be most of the cost of such a request. */
  check(execution: ExecutionContext): boolean | Promise<boolean> {
    const policy = this.policies.of(execution);
    const type = execution.getType<string>();
    if (type === 'ws') {
      return policy.isPublic || this.admittedMessages.has(execution) || this.checkMessage(execution, policy);
    }
    if (type !== 'http') {
      if (policy.isPublic) return true;
      throw new Error(
        `Sessions are checked on HTTP routes and socket messages only, not on ${type}: mark it @Public()`,
      );
    }
    const request = execution.switchToHttp().getRequest<GuardedRequest>();
    const safe = SAFE_METHODS.has(request.method);
    if (!safe) {
      requireOwnOrigin(this.config, request.headers);
      requireBodyType(request, policy);
    }
    if (policy.isPublic) return true;
    // The guard runs twice when it is bound to both the application and the route.
    if (findRequestSession(request)?.policy === policy) return true;
    execution.switchToHttp().getResponse<HttpResponse>().header('Cache-Control', 'no-store');
    return this.checkRequest(request, policy, safe);
  }

  /**
   * Checks for each message that the session is still live. Sockets of our namespace were authenticated at the
   * handshake; sockets of a host's namespaces are authenticated with the first message that requires a session.
   */
  private async checkMessage(execution: ExecutionContext, { requirement, recentLogin }: RoutePolicy): Promise<boolean> {
    if (requirement.platform)
      throw new Error(
        '@RequireSession({ platform: true }) does not apply to messages: use PlatformFence.check in the handler',
      );
    const socket = execution.switchToWs().getClient<GuardedSocket>();
    const { data, conn } = socket;
    if (!data.sessionId) {
      const { session } = await this.socketAuthenticator.authenticate(socket);
      Object.assign(data, { sessionId: session.id, tokenHash: session.tokenHash } satisfies SocketAuth);
      // Before the session is read again, so that no end of it goes unnoticed.
      this.hostSockets.add(socket, session);
    }
    data.context = await this.lookupOf(data).run();
    if (data.context.session.tokenHash === data.tokenHash) {
      requireRole(data.context, requirement.role);
      if (recentLogin) this.requireRecentLogin(data.context, recentLogin.age);
      this.admittedMessages.add(execution);
      return true;
    }
    // The session was given a new secret: clients with the new cookie reconnect on their own.
    conn.close();
    throw new AppError('SESSION_INVALID');
  }

  private lookupOf(data: SocketAuth): CoalescedCall<SessionContext> {
    const lookup = this.lookups.get(data) ?? new CoalescedCall(() => this.sessions.requireContext(data.sessionId));
    this.lookups.set(data, lookup);
    return lookup;
  }

  private checkRequest(request: GuardedRequest, policy: RoutePolicy, safe: boolean): boolean | Promise<boolean> {
    const secret = readSecret(this.config, request);
    if (!secret) throw new AppError('AUTHENTICATION_REQUIRED');
    const device = deviceOf(request, this.config);
    const { allowExpired, role } = policy.requirement;
    const passive = allowExpired || policy.passive || request.headers[HEADERS.background] === 'true';

    // Most requests are reads with a cached session and need no query. A role is always read from the database: it may
    // have been revoked since the context was cached.
    const mayBeCached = (safe || policy.allowCachedSession) && !allowExpired && !role;
    const cached = mayBeCached ? this.sessions.recall(secret) : null;
    if (cached && this.devices.isUnchanged(cached, device) && (passive || !this.sessions.isDue(cached))) {
      if (!safe) requireCsrfToken(secret, request);
      return this.admit(request, device, { secret, context: cached, policy }, safe);
    }
    return this.find(request, secret, device, policy, { safe, passive, mayBeCached });
  }

  private async find(
    request: GuardedRequest,
    secret: string,
    device: Device,
    policy: RoutePolicy,
    { safe, passive, mayBeCached }: { safe: boolean; passive: boolean; mayBeCached: boolean },
  ): Promise<boolean> {
    const context = mayBeCached
      ? await this.sessions.authenticateRead(secret, device.ipAddress)
      : await this.sessions.authenticate(secret, device.ipAddress, policy.requirement.allowExpired);
    await this.devices.check(context, device);
    if (!safe) requireCsrfToken(secret, request);
    // Awaited before the platform lookup starts: a rejected promise without a handler would end the process.
    const current = passive ? context : await this.sessions.touch(context);
    return this.admit(request, device, { secret, context: current, policy }, safe);
  }

  private admit(
    request: GuardedRequest,
    device: Device,
    session: RequestSession,
    safe: boolean,
  ): boolean | Promise<boolean> {
    const { context, policy } = session;
    const { requirement, recentLogin } = policy;
    requireRole(context, requirement.role);
    setRequestSession(request, session);
    if (recentLogin && !isOwnSession(request, context, recentLogin.exceptOwn)) {
      this.requireRecentLogin(context, recentLogin.age);
    }
    const admitToPlatform = () => !requirement.platform || this.admitToPlatform(request, context, safe);
    const taken = this.takeBudget(context, device, policy, safe);
    return taken ? taken.then(admitToPlatform) : admitToPlatform();
  }

  /** @returns null when no rate budget applies to the request; signing out is never limited */
  private takeBudget(
    { user }: SessionContext,
    { ipAddress }: Device,
    { requirement, callsInstance }: RoutePolicy,
    safe: boolean,
  ): Promise<void> | null {
    if (!this.budgets.enabled || requirement.allowExpired) return null;
    if (callsInstance) return this.budgets.takeInstanceCall(user.id, ipAddress);
    return safe ? null : this.budgets.takeWrite(user.id, ipAddress);
  }

  /** @param age ms; null: as configured */
  private requireRecentLogin({ session }: SessionContext, age: number | null): void {
    const sinceMs = this.clock.now().getTime() - session.authenticatedAt.getTime();
    if (sinceMs > (age ?? this.config.recentLogin)) throw new AppError('REAUTHENTICATION_REQUIRED');
  }

  /** Writes must name their platform; for reads it is optional. */
  private admitToPlatform(request: GuardedRequest, context: SessionContext, safe: boolean): boolean | Promise<boolean> {
    const target = targetPlatform(request);
    const active = context.platform;
    if (target && (target.pinned || target.id !== active?.id)) {
      return this.platforms.resolve(context, target).then((view) => {
        setRequestPlatform(request, { target, view });
        return true;
      });
    }
    if (!active) throw new AppError('PLATFORM_REQUIRED');
    if (!target && !safe) throw new AppError('PLATFORM_ID_REQUIRED');
    setRequestPlatform(request, { target: { id: active.id, pinned: false }, view: active });
    return true;
  }
}

/** @param parameter name of the route's parameter with the id of a session */
function isOwnSession({ params }: GuardedRequest, { session }: SessionContext, parameter?: string): boolean {
  return parameter !== undefined && (params as Record<string, string>)[parameter] === session.id;
}

function requireRole({ user }: SessionContext, role: Role | undefined): void {
  if (role && user.role !== role) throw new AppError('FORBIDDEN');
}

/** Rejects a body type that the route does not accept, before any handler parses it as another type. */
function requireBodyType(request: GuardedRequest, { bodyType }: RoutePolicy): void {
  const given = mediaType(request);
  if (bodyType !== null && given !== '' && given !== bodyType) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
}

/** From the header, or from a field of a form post, as forms cannot set headers. */
function requireCsrfToken(secret: string, request: GuardedRequest): void {
  const body = request.body as { csrf_token?: unknown } | null | undefined;
  const given = request.headers[HEADERS.csrf] ?? (isFormPost(request) ? body?.csrf_token : undefined);
  if (!isCsrfToken(secret, given)) throw new AppError('CSRF_INVALID');
}

/** From the headers, or from the fields of a form post. @throws AppError VALIDATION_ERROR */
function targetPlatform(request: GuardedRequest): PlatformTarget | null {
  const fields = (isFormPost(request) ? request.body : null) as Record<string, unknown> | null | undefined;
  const given = request.headers[HEADERS.platformId] ?? fields?.platform_id;
  if (given === undefined || given === '') return null;
  if (typeof given !== 'string' || !/^[1-9]\d{0,14}$/.test(given)) {
    throw invalidField('platform_id', 'X-Platform-Id must be a whole number');
  }
  const pinned = request.headers[HEADERS.platformPinned] ?? fields?.platform_pinned;
  return { id: Number(given), pinned: pinned === 'true' };
}
