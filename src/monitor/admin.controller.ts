import { Get } from '@nestjs/common';
import { operationReports } from '../common/performance';
import type { OperationReport } from '../protocol/admin';
import { ApiController, RequireSession } from '../session/session.decorators';

@ApiController('admin')
@RequireSession({ role: 'admin' })
export class AdminController {
  @Get('performance')
  performance(): { operations: OperationReport[] } {
    return { operations: operationReports() };
  }
}
