import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { authOf, RECENT_LOGIN, type RecentLogin } from './session.decorators';

/** Bound globally, after the session's guard: holds routes that say `@RequireRecentLogin()` to it. */
@Injectable()
export class RecentLoginGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws AppError REAUTHENTICATION_REQUIRED */
  canActivate(execution: ExecutionContext): boolean {
    const targets = [execution.getHandler(), execution.getClass()];
    const needed = this.reflector.getAllAndOverride<RecentLogin | undefined>(RECENT_LOGIN, targets);
    if (!needed) return true;
    const { session } = authOf(execution).context;
    const { params } = execution.switchToHttp().getRequest<FastifyRequest<{ Params: Record<string, string> }>>();
    if (needed.exceptOwn && params[needed.exceptOwn] === session.id) return true;
    const age = this.clock.now().getTime() - session.authenticatedAt.getTime();
    if (age <= (needed.age ?? this.config.recentLogin)) return true;
    throw new AppError('REAUTHENTICATION_REQUIRED');
  }
}
