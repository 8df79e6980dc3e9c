import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { Broadcaster } from './broadcaster';
import { ExpiryWatch } from './expiry-watch';
import { Handshake } from './handshake';
import { SessionGateway } from './session.gateway';
import { SessionEnding } from './session-ending';

@Module({
  imports: [SessionModule],
  providers: [Broadcaster, ExpiryWatch, Handshake, SessionEnding, SessionGateway],
})
export class GatewayModule {}
