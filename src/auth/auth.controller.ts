import { HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { CheckedBody } from '../common/validation';
import type { HttpRequest, HttpResponse } from '../http/http-types';
import type { RestSessionState } from '../protocol/http';
import { InvalidTokenLimiter } from '../session/invalid-token-limiter';
import { CurrentSession, deviceOf } from '../session/request-session';
import { ApiController, Public, RequireRecentLogin, RequireSession } from '../session/session.decorators';
import { toRestSessionState } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { clearSecret, readSecret, setSecret } from '../session/session-cookie';
import { SessionDevices } from '../session/session-devices';
import { ChangePasswordDto, LoginDto, LogoutDto, ReauthenticateDto, RegisterDto, ResetPasswordDto } from './auth.dto';
import { AuthService, type SignedIn } from './auth.service';
import { PasswordResets } from './password-resets';

@ApiController('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly devices: SessionDevices,
    private readonly resets: PasswordResets,
    private readonly unknownTokens: InvalidTokenLimiter,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('register')
  @Public()
  async register(
    @CheckedBody() form: RegisterDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpResponse,
  ): Promise<RestSessionState> {
    const held = readSecret(this.config, request);
    const signedIn = await this.auth.register(form, deviceOf(request, this.config), held);
    return this.respondSignedIn(signedIn, request, reply);
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  async login(
    @CheckedBody() form: LoginDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpResponse,
  ): Promise<RestSessionState> {
    const held = readSecret(this.config, request);
    const signedIn = await this.auth.login(form, deviceOf(request, this.config), held);
    return this.respondSignedIn(signedIn, request, reply);
  }

  @Post('logout')
  @RequireSession({ allowExpired: true })
  @HttpCode(204)
  async logout(
    @CurrentSession() session: SessionContext,
    @CheckedBody() form: LogoutDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpResponse,
  ): Promise<void> {
    await this.devices.logout(session, form.everywhere);
    clearSecret(this.config, request, reply);
  }

  /** Checks the password again, for routes that require a recent sign-in. */
  @Post('reauthenticate')
  @HttpCode(200)
  async reauthenticate(
    @CurrentSession() session: SessionContext,
    @CheckedBody() form: ReauthenticateDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpResponse,
  ): Promise<RestSessionState> {
    const signedIn = await this.auth.reauthenticate(session, form.password, deviceOf(request, this.config));
    return this.respondSignedIn(signedIn, request, reply);
  }

  @Post('password')
  @RequireRecentLogin()
  @HttpCode(200)
  async changePassword(
    @CurrentSession() session: SessionContext,
    @CheckedBody() form: ChangePasswordDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpResponse,
  ): Promise<RestSessionState> {
    const signedIn = await this.auth.changePassword(session, form, deviceOf(request, this.config));
    return this.respondSignedIn(signedIn, request, reply);
  }

  /** Takes a token issued by the operator; see `vedfolnir user:reset-password`. */
  @Post('reset')
  @Public()
  @HttpCode(200)
  async reset(@CheckedBody() form: ResetPasswordDto, @Req() request: HttpRequest): Promise<{ success: true }> {
    const device = deviceOf(request, this.config);
    const retryAfter = this.unknownTokens.retryAfterSeconds(device.ipAddress);
    if (retryAfter > 0) throw new AppError('RATE_LIMITED', { retryAfter });
    if (!(await this.resets.isValid(form.token))) await this.unknownTokens.recordMiss(device.ipAddress);
    await this.resets.redeem(form.token, form.new_password, device);
    return { success: true };
  }

  private respondSignedIn({ secret, context }: SignedIn, request: HttpRequest, reply: HttpResponse): RestSessionState {
    setSecret(this.config, request, reply, secret);
    reply.header('Cache-Control', 'no-store');
    return toRestSessionState(context, this.clock.now(), secret);
  }
}
