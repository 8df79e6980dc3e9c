import { HttpCode, Inject, Post, Req } from '@nestjs/common';
import { invalidField } from '../../common/app-error';
import { CONFIG, type Config } from '../../common/config';
import { CheckedBody } from '../../common/validation';
import { clientProtocol } from '../../http/client-address';
import type { HttpRequest } from '../../http/http-types';
import type { ConnectStartView } from '../../protocol/http';
import { CurrentSession } from '../../session/request-session';
import { ApiController, CallsInstance } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { BeginConnectDto } from './oauth.dto';
import { OAuthService } from './oauth.service';

/** Starts the sign-in at an instance. */
@ApiController()
export class OAuthController {
  constructor(
    private readonly oauth: OAuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('platforms/connect')
  @CallsInstance()
  @HttpCode(200)
  begin(
    @CurrentSession() session: SessionContext,
    @CheckedBody() form: BeginConnectDto,
    @Req() request: HttpRequest,
  ): Promise<ConnectStartView> {
    return this.oauth.begin(session, form, this.originOf(request));
  }

  /** Our origin. In production it is never derived from the request, whose Host header could be forged. */
  private originOf(request: HttpRequest): string {
    if (this.config.publicOrigin) return this.config.publicOrigin;
    if (this.config.production) {
      throw invalidField('instance_url', 'PUBLIC_ORIGIN must be set before accounts can be connected in this way');
    }
    return `${clientProtocol(request, this.config.trustProxy)}://${request.headers.host}`;
  }
}
