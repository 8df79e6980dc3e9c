import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CurrentPlatform, MonitorPerformance, type Platform, RequireSession, SessionService } from 'vedfolnir';
import { NotesService } from './notes.service';
import { OnMastodon } from './on-mastodon';

@Controller('reports')
export class ReportsController {
  constructor(
    private readonly sessions: SessionService,
    private readonly notes: NotesService,
  ) {}

  /** Its duration is reported to administrators in `GET /api/admin/performance`. */
  @Get('mastodon')
  @OnMastodon()
  @MonitorPerformance('mastodon_report')
  async mastodon(@CurrentPlatform() platform: Platform): Promise<{ platform: string; notes: number }> {
    return { platform: platform.name, notes: (await this.notes.list(platform.id)).length };
  }

  /** Reads many sessions with few queries. */
  @Post('sessions')
  @RequireSession({ role: 'admin' })
  @HttpCode(200)
  sessionsAlive(@Body() { pairs }: { pairs: [sessionId: string, userId: number][] }): Promise<Record<string, boolean>> {
    return this.sessions.validateAll(pairs);
  }
}
