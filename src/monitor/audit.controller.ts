import { Get, Query } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { pageSize, wholeNumber } from '../common/paging';
import type { AdminAuditView, AuditView } from '../protocol/audit';
import { CurrentSession } from '../session/request-session';
import { ApiController, RequireSession } from '../session/session.decorators';
import type { SessionContext } from '../session/session-context';

@ApiController()
export class AuditController {
  constructor(private readonly audit: AuditTrail) {}

  @Get('audit')
  own(
    @CurrentSession() { user }: SessionContext,
    @Query('limit') limit?: string,
    @Query('before_id') beforeId?: string,
  ): Promise<AuditView> {
    return this.audit.listOwn(user.id, pageSize(limit), wholeNumber('before_id', beforeId));
  }

  /** Events of all users, including failed sign-ins with unknown names; or of one user. */
  @Get('admin/audit')
  @RequireSession({ role: 'admin' })
  all(
    @Query('user_id') userId?: string,
    @Query('limit') limit?: string,
    @Query('before_id') beforeId?: string,
  ): Promise<AdminAuditView> {
    return this.audit.list(pageSize(limit), wholeNumber('user_id', userId), wholeNumber('before_id', beforeId));
  }
}
