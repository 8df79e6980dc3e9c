import { Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { pageSize, wholeNumber } from '../common/paging';
import { IdPipe } from '../common/validation';
import type { AdminUsersView } from '../protocol/admin';
import { CurrentSession } from '../session/request-session';
import { ApiController, RequireRecentLogin, RequireSession } from '../session/session.decorators';
import type { SessionContext } from '../session/session-context';
import { AdminUsersService } from './admin-users.service';

@ApiController('admin/users')
@RequireSession({ role: 'admin' })
export class AdminUsersController {
  constructor(private readonly users: AdminUsersService) {}

  @Get()
  list(
    @Query('limit') limit?: string,
    @Query('query') query?: string,
    @Query('before_id') beforeId?: string,
  ): Promise<AdminUsersView> {
    return this.users.list(pageSize(limit), query, wholeNumber('before_id', beforeId));
  }

  @Post(':id/disable')
  @RequireRecentLogin()
  @HttpCode(200)
  async disable(@CurrentSession() caller: SessionContext, @Param('id', IdPipe) id: number): Promise<{ ended: number }> {
    return { ended: await this.users.disable(caller, id) };
  }

  @Post(':id/enable')
  @RequireRecentLogin()
  @HttpCode(204)
  enable(@CurrentSession() caller: SessionContext, @Param('id', IdPipe) id: number): Promise<void> {
    return this.users.enable(caller, id);
  }
}
