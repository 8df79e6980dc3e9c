import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { Broadcaster } from './broadcaster';
import { ExpiryWatch } from './expiry-watch';
import { Handshake } from './handshake';
import { Reconciler } from './reconciler';
import { SessionGateway } from './session.gateway';
import { SessionEnding } from './session-ending';

@Module({
  imports: [SessionModule],
  providers: [Broadcaster, ExpiryWatch, Handshake, Reconciler, SessionEnding, SessionGateway],
})
export class GatewayModule {}
