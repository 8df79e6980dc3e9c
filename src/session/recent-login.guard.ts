import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { RoutePolicies } from './route-policy';
import { authOf } from './session.decorators';

/** Bound globally, after the session's guard: holds routes that say `@RequireRecentLogin()` to it. */
@Injectable()
export class RecentLoginGuard implements CanActivate {
  constructor(
    private readonly policies: RoutePolicies,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws AppError REAUTHENTICATION_REQUIRED */
  canActivate(execution: ExecutionContext): boolean {
    const { recentLogin: needed } = this.policies.of(execution);
    if (!needed) return true;
    const { session } = authOf(execution).context;
    const { params } = execution.switchToHttp().getRequest<FastifyRequest<{ Params: Record<string, string> }>>();
    if (needed.exceptOwn && params[needed.exceptOwn] === session.id) return true;
    const age = this.clock.now().getTime() - session.authenticatedAt.getTime();
    if (age <= (needed.age ?? this.config.recentLogin)) return true;
    throw new AppError('REAUTHENTICATION_REQUIRED');
  }
}
