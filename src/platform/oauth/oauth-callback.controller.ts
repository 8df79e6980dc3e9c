import { Get, Inject, Logger, Param, Query, Res } from '@nestjs/common';
import type { AppError } from '../../common/app-error';
import { CONFIG, type Config } from '../../common/config';
import { toAppError } from '../../common/to-app-error';
import { setFlash } from '../../http/flash';
import type { HttpResponse } from '../../http/http-types';
import { CurrentSession } from '../../session/request-session';
import { ApiController, CallsInstance } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { toOAuthCallback } from './oauth.dto';
import { OAuthService } from './oauth.service';

/** The OAuth redirect URI: a page URL, outside the API. */
@ApiController()
export class OAuthCallbackController {
  private readonly logger = new Logger('OAuth');

  constructor(
    private readonly oauth: OAuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Redirects to a page also after most errors, because a browser navigates here. */
  @Get('platforms/callback/:instance')
  @CallsInstance()
  async finish(
    @CurrentSession() session: SessionContext,
    @Param('instance') instance: string,
    @Query() query: unknown,
    @Res() reply: HttpResponse,
  ): Promise<void> {
    try {
      await this.oauth.finish(session, instance, toOAuthCallback(query));
      setFlash(reply, 'PLATFORM_CONNECTED');
    } catch (thrown) {
      const error: AppError = toAppError(thrown);
      if (error.status === 401) throw error;
      if (error.status === 500) this.logger.error((error.options.cause as Error | undefined)?.stack ?? error.message);
      setFlash(reply, error.code);
    }
    reply.status(303).header('Location', this.config.routes.platforms);
    reply.send();
  }
}
