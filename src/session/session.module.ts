import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { BatchController } from './batch/batch.controller';
import { BatchRepository } from './batch/batch.repository';
import { BatchService } from './batch/batch.service';
import { ExpirySweep } from './batch/expiry-sweep';
import { SweepTimer } from './batch/sweep-timer';
import { ChangeFeed } from './cache/change-feed';
import { SessionCache } from './cache/session-cache';
import { DeviceWatch } from './device-watch';
import { HostSockets } from './host-sockets';
import { InvalidTokenLimiter } from './invalid-token-limiter';
import { RequestBudgets } from './request-budgets';
import { RoutePolicies } from './route-policy';
import { SessionController } from './session.controller';
import { SessionRepository } from './session.repository';
import { SessionDevices } from './session-devices';
import { SessionLifecycleService } from './session-lifecycle.service';
import { SessionTerminationRepository } from './session-termination.repository';
import { SessionTerminator } from './session-terminator';
import { SocketAuthenticator } from './socket-authenticator';

@Module({
  imports: [AuditModule],
  controllers: [BatchController, SessionController],
  providers: [
    BatchRepository,
    BatchService,
    ChangeFeed,
    SessionCache,
    DeviceWatch,
    HostSockets,
    SessionTerminationRepository,
    ExpirySweep,
    RequestBudgets,
    RoutePolicies,
    SessionDevices,
    SessionTerminator,
    SessionRepository,
    SessionLifecycleService,
    SweepTimer,
    InvalidTokenLimiter,
    SocketAuthenticator,
  ],
  exports: [
    AuditModule,
    BatchService,
    ChangeFeed,
    DeviceWatch,
    HostSockets,
    ExpirySweep,
    InvalidTokenLimiter,
    RequestBudgets,
    RoutePolicies,
    SessionDevices,
    SessionTerminator,
    SessionRepository,
    SessionLifecycleService,
    SocketAuthenticator,
  ],
})
export class SessionModule {}
