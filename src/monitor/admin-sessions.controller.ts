import { Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { pageSize } from '../common/paging';
import type { AdminSessionsView } from '../protocol/admin';
import { CurrentSession } from '../session/request-session';
import { ApiController, RequireRecentLogin, RequireSession } from '../session/session.decorators';
import type { SessionContext } from '../session/session-context';
import { AdminSessionsService } from './admin-sessions.service';

@ApiController('admin/sessions')
@RequireSession({ role: 'admin' })
export class AdminSessionsController {
  constructor(private readonly sessions: AdminSessionsService) {}

  @Get()
  list(
    @CurrentSession() caller: SessionContext,
    @Query('limit') limit?: string,
    @Query('query') query?: string,
    @Query('before') before?: string,
  ): Promise<AdminSessionsView> {
    return this.sessions.list(caller, pageSize(limit), query, before);
  }

  @Delete(':id')
  @RequireRecentLogin()
  @HttpCode(204)
  end(@CurrentSession() caller: SessionContext, @Param('id') id: string): Promise<void> {
    return this.sessions.end(caller, id);
  }
}
