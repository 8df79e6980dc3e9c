import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import type { RestSessionState } from '../protocol/http';
import {
  CurrentDevice,
  CurrentSession,
  Public,
  RequireRecentLogin,
  RequireSession,
} from '../session/session.decorators';
import { toRestSessionState } from '../session/session.views';
import type { Device, SessionContext } from '../session/session-context';
import { clearSecret, readSecret, setSecret } from '../session/session-cookie';
import { SessionDevices } from '../session/session-devices';
import { ChangePasswordDto, LoginDto, ReauthenticateDto, RegisterDto } from './auth.dto';
import { AuthService, type SignedIn } from './auth.service';

@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly devices: SessionDevices,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('register')
  @Public()
  async register(
    @Body() form: RegisterDto,
    @CurrentDevice() device: Device,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSessionState> {
    return this.welcome(await this.auth.register(form, device, readSecret(this.config, request)), request, reply);
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  async login(
    @Body() form: LoginDto,
    @CurrentDevice() device: Device,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSessionState> {
    return this.welcome(await this.auth.login(form, device, readSecret(this.config, request)), request, reply);
  }

  @Post('logout')
  @RequireSession({ allowExpired: true })
  @HttpCode(204)
  async logout(
    @CurrentSession() session: SessionContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.devices.logout(session);
    clearSecret(this.config, request, reply);
  }

  /** Gives the password once more, for what asks for a recent sign-in. */
  @Post('reauthenticate')
  @HttpCode(200)
  async reauthenticate(
    @CurrentSession() session: SessionContext,
    @Body() form: ReauthenticateDto,
    @CurrentDevice() device: Device,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSessionState> {
    return this.welcome(await this.auth.reauthenticate(session, form.password, device), request, reply);
  }

  @Post('password')
  @RequireRecentLogin()
  @HttpCode(200)
  async changePassword(
    @CurrentSession() session: SessionContext,
    @Body() form: ChangePasswordDto,
    @CurrentDevice() device: Device,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestSessionState> {
    return this.welcome(await this.auth.changePassword(session, form, device), request, reply);
  }

  private welcome({ secret, context }: SignedIn, request: FastifyRequest, reply: FastifyReply): RestSessionState {
    setSecret(this.config, request, reply, secret);
    reply.header('Cache-Control', 'no-store');
    return toRestSessionState(context, this.clock.now(), secret);
  }
}
