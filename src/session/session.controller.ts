import { Delete, Get, Header, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CheckedBody } from '../common/validation';
import type { JsonText } from '../http/http-types';
import type { DeviceView, ExtendedView, RestSessionState } from '../protocol/http';
import { CurrentSecret, CurrentSession } from './request-session';
import { ApiController, Passive, RequireRecentLogin } from './session.decorators';
import { RenameDeviceDto } from './session.dto';
import { toRestSessionJson } from './session.views';
import type { SessionContext } from './session-context';
import { SessionDevices } from './session-devices';
import { SessionLifecycleService } from './session-lifecycle.service';

@ApiController()
export class SessionController {
  constructor(
    private readonly sessions: SessionLifecycleService,
    private readonly devices: SessionDevices,
    private readonly clock: Clock,
  ) {}

  @Get('session')
  @Passive()
  @Header('Content-Type', 'application/json; charset=utf-8')
  state(@CurrentSession() session: SessionContext, @CurrentSecret() secret: string): JsonText<RestSessionState> {
    return toRestSessionJson(session, this.clock.now(), secret);
  }

  /** The service records the activity, so the guard need not. */
  @Post('session/extend')
  @Passive()
  @HttpCode(200)
  extend(@CurrentSession() session: SessionContext): Promise<ExtendedView> {
    return this.sessions.extend(session);
  }

  @Get('sessions')
  async list(@CurrentSession() session: SessionContext): Promise<{ sessions: DeviceView[] }> {
    return { sessions: await this.devices.list(session) };
  }

  /** Names one of the caller's devices; an empty name removes it. */
  @Patch('sessions/:id')
  @HttpCode(204)
  rename(
    @CurrentSession() session: SessionContext,
    @Param('id') id: string,
    @CheckedBody() form: RenameDeviceDto,
  ): Promise<void> {
    return this.devices.rename(session, id, form.name);
  }

  @Delete('sessions/:id')
  @RequireRecentLogin(undefined, { exceptOwn: 'id' })
  @HttpCode(204)
  end(@CurrentSession() session: SessionContext, @Param('id') id: string): Promise<void> {
    return this.devices.end(session, id);
  }

  @Post('sessions/end_others')
  @RequireRecentLogin()
  @HttpCode(200)
  async endOthers(@CurrentSession() session: SessionContext): Promise<{ ended: number }> {
    return { ended: await this.devices.endOthers(session) };
  }
}
