import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { Broadcaster } from './broadcaster';
import { ClusterAdapter } from './cluster-adapter';
import { ExpiryWatch } from './expiry-watch';
import { Handshake } from './handshake';
import { Reconciler } from './reconciler';
import { SessionGateway } from './session.gateway';
import { SocketBalancer } from './socket-balancer';
import { SocketBudgets } from './socket-budgets';
import { SocketTerminator } from './socket-terminator';
import { Tabs } from './tabs';

@Module({
  imports: [SessionModule],
  providers: [
    Broadcaster,
    ClusterAdapter,
    ExpiryWatch,
    Handshake,
    Reconciler,
    SessionGateway,
    SocketBalancer,
    SocketBudgets,
    SocketTerminator,
    Tabs,
  ],
  exports: [SocketBalancer, Tabs],
})
export class GatewayModule {}
