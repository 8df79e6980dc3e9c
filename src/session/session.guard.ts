import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error';
import { CoalescedCall } from '../common/coalesced-call';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { isFormPost } from '../common/request-kind';
import { HEADERS, type Role } from '../protocol/http';
import { DeviceWatch } from './device-watch';
import { SAFE_METHODS } from './origin.guard';
import { RoutePolicies, type RoutePolicy } from './route-policy';
import { deviceOf, type SocketAuth } from './session.decorators';
import { SessionService } from './session.service';
import type { Device, SessionContext } from './session-context';
import { readSecret } from './session-cookie';
import { isCsrfToken } from './session-token';

/** Bound globally: a route or a message takes signed-in callers only, unless it says @Public(). */
@Injectable()
export class SessionGuard implements CanActivate {
  /** By socket: however much it asks at once, it takes no more than one place among those who wait for the database. */
  private readonly lookUps = new WeakMap<SocketAuth, CoalescedCall<SessionContext>>();

  constructor(
    private readonly policies: RoutePolicies,
    private readonly sessions: SessionService,
    private readonly devices: DeviceWatch,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const policy = this.policies.of(execution);
    if (policy.isPublic) return true;
    return execution.getType() === 'ws' ? this.checkMessage(execution) : this.checkRequest(execution, policy);
  }

  /** The handshake let the socket in; each message finds out whether its session is live still. */
  private async checkMessage(execution: ExecutionContext): Promise<boolean> {
    const { data, conn } = execution.switchToWs().getClient<{ data: SocketAuth; conn: { close(): void } }>();
    if (!data.sessionId) throw new AppError('AUTHENTICATION_REQUIRED');
    data.context = await this.lookUpOf(data).run();
    if (data.context.session.tokenHash === data.tokenHash) return true;
    // The session has another secret now: who holds that one comes back by itself.
    conn.close();
    throw new AppError('SESSION_INVALID');
  }

  private lookUpOf(data: SocketAuth): CoalescedCall<SessionContext> {
    const lookUp = this.lookUps.get(data) ?? new CoalescedCall(() => this.sessions.requireContext(data.sessionId));
    this.lookUps.set(data, lookUp);
    return lookUp;
  }

  private checkRequest(execution: ExecutionContext, policy: RoutePolicy): boolean | Promise<boolean> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    execution.switchToHttp().getResponse<FastifyReply>().header('Cache-Control', 'no-store');
    const secret = readSecret(this.config, request);
    if (!secret) throw new AppError('AUTHENTICATION_REQUIRED');
    const device = deviceOf(request);
    const { allowExpired, role } = policy.requirement;
    const safe = SAFE_METHODS.has(request.method);
    const passive = allowExpired || policy.passive || request.headers[HEADERS.background] === 'true';

    // Most requests read, with a session that this node knows: then there is nothing to wait for.
    const known = (safe || policy.allowCachedSession) && !allowExpired ? this.sessions.recall(secret) : null;
    if (known && this.devices.isSettled(known, device) && (passive || !this.sessions.isDue(known))) {
      if (!safe) requireCsrfToken(secret, request);
      return this.admit(request, secret, known, role);
    }
    return this.find(request, secret, device, policy, { safe, passive });
  }

  private async find(
    request: FastifyRequest,
    secret: string,
    device: Device,
    { requirement: { allowExpired, role } }: RoutePolicy,
    { safe, passive }: { safe: boolean; passive: boolean },
  ): Promise<boolean> {
    const context =
      safe && !allowExpired
        ? await this.sessions.authenticateRead(secret, device.ipAddress)
        : await this.sessions.authenticate(secret, device.ipAddress, allowExpired);
    await this.devices.check(context, device);
    if (!safe) requireCsrfToken(secret, request);
    this.admit(request, secret, context, role);
    if (!passive) request.auth = { secret, context: await this.sessions.touch(context) };
    return true;
  }

  private admit(request: FastifyRequest, secret: string, context: SessionContext, role?: Role): true {
    if (role && context.user.role !== role) throw new AppError('FORBIDDEN');
    request.auth = { secret, context };
    return true;
  }
}

/** From the header, or from the field of a form post, which cannot set one. */
function requireCsrfToken(secret: string, request: FastifyRequest): void {
  const body = request.body as { csrf_token?: unknown } | null | undefined;
  const given = request.headers[HEADERS.csrf] ?? (isFormPost(request) ? body?.csrf_token : undefined);
  if (!isCsrfToken(secret, given)) throw new AppError('CSRF_INVALID');
}
