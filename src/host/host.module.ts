import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { GatewayModule } from '../gateway/gateway.module';
import { SessionModule } from '../session/session.module';
import { GracefulShutdown } from './graceful-shutdown';
import { SessionService } from './session.service';

/** Services that are provided only for hosts. */
@Module({
  imports: [AuthModule, GatewayModule, SessionModule],
  providers: [GracefulShutdown, SessionService],
  exports: [GracefulShutdown, SessionService],
})
export class HostModule {}
