import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error';
import { isFormPost } from '../common/request-kind';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { HEADERS } from '../protocol/http';
import { DeviceWatch } from './device-watch';
import { SAFE_METHODS } from './origin.guard';
import { deviceOf, PASSIVE, PUBLIC, REQUIREMENT, type SessionRequirement, type SocketAuth } from './session.decorators';
import { SessionService } from './session.service';
import { readSecret } from './session-cookie';
import { isCsrfToken } from './session-token';

/** Bound globally: a route or a message takes signed-in callers only, unless it says @Public(). */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionService,
    private readonly devices: DeviceWatch,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const targets: RouteTargets = [execution.getHandler(), execution.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    return execution.getType() === 'ws' ? this.checkMessage(execution) : this.checkRequest(execution, targets);
  }

  /** The handshake let the socket in; each message finds out whether its session is live still. */
  private async checkMessage(execution: ExecutionContext): Promise<boolean> {
    const { data, conn } = execution.switchToWs().getClient<{ data: SocketAuth; conn: { close(): void } }>();
    if (!data.sessionId) throw new AppError('AUTHENTICATION_REQUIRED');
    data.context = await this.sessions.requireContext(data.sessionId);
    if (data.context.session.tokenHash === data.tokenHash) return true;
    // The session has another secret now: who holds that one comes back by itself.
    conn.close();
    throw new AppError('SESSION_INVALID');
  }

  private async checkRequest(execution: ExecutionContext, targets: RouteTargets): Promise<boolean> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const requirement = this.reflector.getAllAndOverride<SessionRequirement | undefined>(REQUIREMENT, targets) ?? {};

    execution.switchToHttp().getResponse<FastifyReply>().header('Cache-Control', 'no-store');
    const secret = readSecret(this.config, request);
    if (!secret) throw new AppError('AUTHENTICATION_REQUIRED');
    const safe = SAFE_METHODS.has(request.method);
    const device = deviceOf(request);
    const context =
      safe && !requirement.allowExpired
        ? await this.sessions.authenticateRead(secret, device.ipAddress)
        : await this.sessions.authenticate(secret, device.ipAddress, requirement.allowExpired);
    await this.devices.check(context, device);
    if (!safe && !isCsrfToken(secret, givenToken(request))) {
      throw new AppError('CSRF_INVALID');
    }
    if (requirement.role && context.user.role !== requirement.role) throw new AppError('FORBIDDEN');

    const passive =
      requirement.allowExpired ||
      request.headers[HEADERS.background] === 'true' ||
      this.reflector.getAllAndOverride<boolean>(PASSIVE, targets);
    request.auth = { secret, context: passive ? context : await this.sessions.touch(context) };
    return true;
  }
}

type RouteTargets = [ReturnType<ExecutionContext['getHandler']>, ReturnType<ExecutionContext['getClass']>];

/** From the header, or from the field of a form post, which cannot set one. */
function givenToken(request: FastifyRequest): unknown {
  const body = request.body as { csrf_token?: unknown } | null | undefined;
  return request.headers[HEADERS.csrf] ?? (isFormPost(request) ? body?.csrf_token : undefined);
}
