import { Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CheckedBody, IdPipe } from '../common/validation';
import type {
  PlatformTestView,
  PlatformView,
  RestSessionState,
  SwitchResult,
  UserPlatformsView,
} from '../protocol/http';
import { CurrentSecret, CurrentSession, CurrentTab } from '../session/request-session';
import { AllowCachedSession, ApiController, CallsInstance } from '../session/session.decorators';
import { toRestSessionState } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { ConnectionRefresher } from './connection-refresher';
import { ConnectPlatformDto, SwitchPlatformDto, UpdatePlatformDto } from './platform.dto';
import { PlatformService } from './platform.service';

@ApiController()
export class PlatformController {
  constructor(
    private readonly platforms: PlatformService,
    private readonly refresher: ConnectionRefresher,
    private readonly clock: Clock,
  ) {}

  @Get('user_platforms')
  list(@CurrentSession() session: SessionContext): Promise<UserPlatformsView> {
    return this.platforms.list(session);
  }

  @Post('switch_platform/:id')
  @AllowCachedSession()
  @HttpCode(200)
  switch(
    @CurrentSession() session: SessionContext,
    @Param('id', IdPipe) id: number,
    @CheckedBody() form: SwitchPlatformDto,
    @CurrentTab() tabId: string | null,
  ): Promise<SwitchResult> {
    return this.platforms.switch(session, id, form.scope ?? 'all', tabId);
  }

  @Post('session/follow')
  @HttpCode(200)
  async follow(
    @CurrentSession() session: SessionContext,
    @CurrentSecret() secret: string,
    @CurrentTab() tabId: string | null,
  ): Promise<RestSessionState> {
    return toRestSessionState(await this.platforms.follow(session, tabId), this.clock.now(), secret);
  }

  @Post('platforms')
  @CallsInstance()
  connect(@CurrentSession() session: SessionContext, @CheckedBody() form: ConnectPlatformDto): Promise<PlatformView> {
    return this.platforms.connect(session, form);
  }

  @Get('platforms/:id')
  get(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number): Promise<PlatformView> {
    return this.platforms.get(session, id);
  }

  @Patch('platforms/:id')
  update(
    @CurrentSession() session: SessionContext,
    @Param('id', IdPipe) id: number,
    @CheckedBody() form: UpdatePlatformDto,
  ): Promise<PlatformView> {
    return this.platforms.update(session, id, form);
  }

  @Delete('platforms/:id')
  @HttpCode(204)
  remove(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number): Promise<void> {
    return this.platforms.remove(session, id);
  }

  @Post('platforms/:id/test')
  @CallsInstance()
  @HttpCode(200)
  test(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number): Promise<PlatformTestView> {
    return this.refresher.test(session, id);
  }

  @Post('platforms/:id/default')
  @HttpCode(200)
  makeDefault(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number): Promise<PlatformView> {
    return this.platforms.makeDefault(session, id);
  }
}
