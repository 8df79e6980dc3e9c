import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { Broadcaster } from './broadcaster';
import { ExpiryWatch } from './expiry-watch';
import { Handshake } from './handshake';
import { Reconciler } from './reconciler';
import { SessionGateway } from './session.gateway';
import { SocketBalancer } from './socket-balancer';
import { SocketTerminator } from './socket-terminator';

@Module({
  imports: [SessionModule],
  providers: [SocketBalancer, Broadcaster, ExpiryWatch, Handshake, Reconciler, SocketTerminator, SessionGateway],
})
export class GatewayModule {}
