import { HttpCode, Post } from '@nestjs/common';
import { CheckedBody } from '../../common/validation';
import { CurrentSession } from '../request-session';
import { ApiController, RequireSession } from '../session.decorators';
import type { SessionContext } from '../session-context';
import { CleanupUsersDto, ValidateSessionsDto } from './batch.dto';
import { BatchService, type CleanupResult } from './batch.service';
import { ExpirySweep } from './expiry-sweep';

@ApiController()
@RequireSession({ role: 'admin' })
export class BatchController {
  constructor(
    private readonly batch: BatchService,
    private readonly sweep: ExpirySweep,
  ) {}

  @Post('admin/sessions/validate')
  @HttpCode(200)
  async validate(@CheckedBody() form: ValidateSessionsDto): Promise<{ results: Record<string, boolean> }> {
    return { results: await this.batch.validate(form.pairs) };
  }

  @Post('admin/sessions/cleanup')
  @HttpCode(200)
  cleanupUsers(@CurrentSession() caller: SessionContext, @CheckedBody() form: CleanupUsersDto): Promise<CleanupResult> {
    return this.batch.cleanupUsers(form.user_ids, caller.session.id);
  }

  /** The caller's own session may have expired; it is not cleaned up. */
  @Post('cleanup_sessions')
  @RequireSession({ role: 'admin', allowExpired: true })
  @HttpCode(200)
  async cleanup(@CurrentSession() caller: SessionContext): Promise<{ cleaned: number }> {
    return { cleaned: (await this.sweep.run(true, caller.session.id)) ?? 0 };
  }
}
