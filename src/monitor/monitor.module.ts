import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { AdminController } from './admin.controller';
import { AdminSessionsController } from './admin-sessions.controller';
import { AdminSessionsRepository } from './admin-sessions.repository';
import { AdminSessionsService } from './admin-sessions.service';
import { AdminUsersController } from './admin-users.controller';
import { AdminUsersRepository } from './admin-users.repository';
import { AdminUsersService } from './admin-users.service';
import { AuditController } from './audit.controller';
import { Figures } from './figures';
import { OverviewRepository } from './overview.repository';
import { OverviewService } from './overview.service';

@Module({
  imports: [SessionModule],
  controllers: [AdminController, AdminSessionsController, AdminUsersController, AuditController],
  providers: [
    AdminUsersRepository,
    Figures,
    OverviewRepository,
    OverviewService,
    AdminSessionsRepository,
    AdminSessionsService,
    AdminUsersService,
  ],
})
export class MonitorModule {}
