import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { BatchController } from './batch/batch.controller';
import { BatchRepository } from './batch/batch.repository';
import { BatchService } from './batch/batch.service';
import { ExpirySweep } from './batch/expiry-sweep';
import { SweepTimer } from './batch/sweep-timer';
import { ChangeFeed } from './cache/change-feed';
import { ContextCache } from './cache/context-cache';
import { DeviceWatch } from './device-watch';
import { EndingRepository } from './ending.repository';
import { RoutePolicies } from './route-policy';
import { SessionController } from './session.controller';
import { SessionRepository } from './session.repository';
import { SessionService } from './session.service';
import { SessionDevices } from './session-devices';
import { SessionEndings } from './session-endings';
import { UnknownSecrets } from './unknown-secrets';

@Module({
  imports: [AuditModule],
  controllers: [BatchController, SessionController],
  providers: [
    BatchRepository,
    BatchService,
    ChangeFeed,
    ContextCache,
    DeviceWatch,
    EndingRepository,
    ExpirySweep,
    RoutePolicies,
    SessionDevices,
    SessionEndings,
    SessionRepository,
    SessionService,
    SweepTimer,
    UnknownSecrets,
  ],
  exports: [
    AuditModule,
    BatchService,
    ChangeFeed,
    DeviceWatch,
    ExpirySweep,
    RoutePolicies,
    SessionDevices,
    SessionEndings,
    SessionRepository,
    SessionService,
  ],
})
export class SessionModule {}
