import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError, invalidField } from '../common/app-error';
import { isFormPost } from '../common/request-kind';
import { UnitOfWork } from '../database/unit-of-work';
import { HEADERS, type PlatformView } from '../protocol/http';
import { SAFE_METHODS } from '../session/origin.guard';
import { RoutePolicies } from '../session/route-policy';
import { authOf } from '../session/session.decorators';
import { PlatformFence, type PlatformTarget } from './platform-fence';

declare module 'fastify' {
  interface FastifyRequest {
    platform?: { named: PlatformTarget; view: PlatformView };
  }
}

/**
 * Bound globally, after the session's guard: on a route that says `@RequireSession({platform: true})` it finds the
 * platform that the request is about. A route that writes must name it; one that reads may.
 */
@Injectable()
export class PlatformGuard implements CanActivate {
  constructor(
    private readonly policies: RoutePolicies,
    private readonly fence: PlatformFence,
    private readonly work: UnitOfWork,
  ) {}

  /** Without a promise where there is nothing to wait for: that is most of what the rest of a request costs. */
  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    return !this.policies.of(execution).requirement.platform || this.find(execution);
  }

  private async find(execution: ExecutionContext): Promise<boolean> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const { context } = authOf(execution);
    const named = namedPlatform(request);
    if (named && (named.pinned || named.id !== context.platform?.id)) {
      request.platform = { named, view: await this.work.read((em) => this.fence.check(em, context, named)) };
    } else if (!context.platform) {
      throw new AppError('PLATFORM_REQUIRED');
    } else if (named || SAFE_METHODS.has(request.method)) {
      request.platform = { named: { id: context.platform.id, pinned: false }, view: context.platform };
    } else {
      throw new AppError('PLATFORM_ID_REQUIRED');
    }
    return true;
  }
}

/** From the header, or from the field of a form post. @throws AppError VALIDATION_ERROR */
function namedPlatform(request: FastifyRequest): PlatformTarget | null {
  const body = request.body as { platform_id?: unknown } | null | undefined;
  const given = request.headers[HEADERS.platformId] ?? (isFormPost(request) ? body?.platform_id : undefined);
  if (given === undefined || given === '') return null;
  if (typeof given !== 'string' || !/^[1-9]\d{0,14}$/.test(given)) {
    throw invalidField('platform_id', 'X-Platform-Id must be a whole number');
  }
  return { id: Number(given), pinned: request.headers[HEADERS.platformPinned] === 'true' };
}

function platformOf(execution: ExecutionContext) {
  const { platform } = execution.switchToHttp().getRequest<FastifyRequest>();
  if (!platform) throw new Error('The route must say @RequireSession({platform: true})');
  return platform;
}

/** The platform that the request is about: the one that it names, else the session's active one. */
export const CurrentPlatform = createParamDecorator((_: unknown, execution: ExecutionContext): PlatformView => {
  return platformOf(execution).view;
});

/** How the request named it: for the fence, which a write passes once more in its own transaction. */
export const TargetPlatform = createParamDecorator((_: unknown, execution: ExecutionContext): PlatformTarget => {
  return platformOf(execution).named;
});
