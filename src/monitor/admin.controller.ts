import { Controller, Get } from '@nestjs/common';
import { type OperationReport, operationReports } from '../common/performance';
import { RequireSession } from '../session/session.decorators';

@Controller('api/admin')
@RequireSession({ role: 'admin' })
export class AdminController {
  @Get('performance')
  performance(): { operations: OperationReport[] } {
    return { operations: operationReports() };
  }
}
