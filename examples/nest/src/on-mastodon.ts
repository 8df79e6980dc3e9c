import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { AppError, platformOf, RequireSession } from 'vedfolnir';

@Injectable()
class MastodonGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    if (platformOf(execution).platform_type !== 'mastodon') throw new AppError('FORBIDDEN');
    return true;
  }
}

/** A decorator of the application's own: a session, an active platform, and that one a Mastodon instance. */
export const OnMastodon = () => applyDecorators(RequireSession({ platform: true }), UseGuards(MastodonGuard));
