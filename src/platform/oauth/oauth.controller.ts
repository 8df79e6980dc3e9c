import { Body, Controller, Get, HttpCode, Inject, Logger, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, invalidField } from '../../common/app-error';
import type { Config } from '../../common/config';
import { CONFIG } from '../../common/config';
import { setFlash } from '../../common/flash';
import { toAppError } from '../../common/to-app-error';
import type { ConnectStartView } from '../../protocol/http';
import { CurrentSession } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { BeginConnectDto, toOAuthCallback } from './oauth.dto';
import { OAuthService } from './oauth.service';

/** Signing in at an instance, there and back. */
@Controller()
export class OAuthController {
  private readonly logger = new Logger('OAuth');

  constructor(
    private readonly oauth: OAuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('api/platforms/connect')
  @HttpCode(200)
  begin(
    @CurrentSession() session: SessionContext,
    @Body() form: BeginConnectDto,
    @Req() request: FastifyRequest,
  ): Promise<ConnectStartView> {
    return this.oauth.begin(session, form, this.originOf(request));
  }

  /** A page, whatever comes of it: the person is here with a browser. */
  @Get('platforms/callback/:instance')
  async finish(
    @CurrentSession() session: SessionContext,
    @Param('instance') instance: string,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
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
    reply.status(303).header('Location', '/platforms').send();
  }

  /** Where the browser reaches us. In production nobody but the operator says so. */
  private originOf(request: FastifyRequest): string {
    if (this.config.publicOrigin) return this.config.publicOrigin;
    if (this.config.production) {
      throw invalidField('instance_url', 'PUBLIC_ORIGIN must be set before accounts can be connected in this way');
    }
    return `${request.protocol}://${request.host}`;
  }
}
