import { Controller, Get } from '@nestjs/common';
import { operationReports } from '../common/performance';
import type { OperationReport } from '../protocol/admin';
import { RequireSession } from '../session/session.decorators';

@Controller('api/admin')
@RequireSession({ role: 'admin' })
export class AdminController {
  @Get('performance')
  performance(): { operations: OperationReport[] } {
    return { operations: operationReports() };
  }
}
