import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { AppError, platformOf, RequireSession } from 'vedfolnir';

@Injectable()
class MastodonGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    if (platformOf(execution).platform_type !== 'mastodon') throw new AppError('FORBIDDEN');
    return true;
  }
}

/** A custom decorator: requires a session whose active platform is a Mastodon instance. */
export const OnMastodon = () => applyDecorators(RequireSession({ platform: true }), UseGuards(MastodonGuard));
