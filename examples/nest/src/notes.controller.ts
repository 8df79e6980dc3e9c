import { Body, Controller, Get, Post, Redirect } from '@nestjs/common';
import { CurrentPlatform, CurrentSession, type Platform, RequireSession, type SessionContext } from 'vedfolnir';
import type { Note } from './note.entity';
import { NotesService } from './notes.service';

/** Requires a session with an active platform; a write names that platform in `X-Platform-Id`. */
@Controller('notes')
@RequireSession({ platform: true })
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  list(@CurrentPlatform() platform: Platform): Promise<Note[]> {
    return this.notes.list(platform.id);
  }

  @Post()
  create(
    @CurrentSession() session: SessionContext,
    @CurrentPlatform() platform: Platform,
    @Body() body: { text?: unknown },
  ): Promise<Note> {
    return this.notes.create(session, platform.id, String(body.text ?? ''));
  }

  /** For a form, which has the fields `platform_id` and `csrf_token`. */
  @Post('form')
  @Redirect('/page/', 303)
  async createFromForm(
    @CurrentSession() session: SessionContext,
    @CurrentPlatform() platform: Platform,
    @Body() body: { text?: unknown },
  ): Promise<void> {
    await this.create(session, platform, body);
  }
}
