import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { AdminController } from './admin.controller';
import { HealthController } from './health.controller';

@Module({ imports: [SessionModule], controllers: [HealthController, AdminController] })
export class MonitorModule {}
