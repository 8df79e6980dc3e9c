import { Inject, UseFilters } from '@nestjs/common';
import {
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import { IsInt } from 'class-validator';
import { PRESENCE } from '../cluster/cluster.module';
import type { Presence } from '../cluster/presence';
import { invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import { Metrics } from '../common/metrics';
import { toAppError } from '../common/to-app-error';
import { Omittable } from '../common/validation';
import type { SessionExpiring, SessionExtended } from '../protocol/events';
import type { ExtendedView, SessionState } from '../protocol/http';
import { type Deadlines, expiresAt, expiryReason } from '../session/expiry-policy';
import { CurrentSession } from '../session/request-session';
import { SessionService } from '../session/session.service';
import { toDeadlinesView, toSessionState } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { Broadcaster, endSockets } from './broadcaster';
import { ExpiryWatch } from './expiry-watch';
import { Handshake } from './handshake';
import { Reconciler } from './reconciler';
import { SocketBalancer } from './socket-balancer';
import { SocketErrorFilter } from './socket-error.filter';
import { SocketTerminator } from './socket-terminator';
import { type AppServer, type AppSocket, sessionRoom, userRoom } from './socket-types';

class SyncDto {
  /** The newest that the tab knows. */
  @Omittable()
  @IsInt()
  revision?: number;
}

class ActivityDto {}

/** The tabs' line to the server: facts come down it; commands go over HTTP. */
@WebSocketGateway()
@UseFilters(SocketErrorFilter)
export class SessionGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  @WebSocketServer()
  private readonly io!: AppServer;

  /** What many messages at once have found, is noted once. */
  private readonly touches = new WeakMap<SessionContext, Promise<SessionContext>>();

  constructor(
    private readonly handshake: Handshake,
    private readonly broadcaster: Broadcaster,
    private readonly reconciler: Reconciler,
    private readonly balancer: SocketBalancer,
    private readonly watch: ExpiryWatch,
    private readonly ending: SocketTerminator,
    private readonly sessions: SessionService,
    private readonly clock: Clock,
    @Inject(PRESENCE) private readonly presence: Presence,
    private readonly figures: Metrics,
  ) {}

  afterInit(io: AppServer): void {
    io.use(this.handshake.check);
    io.on('connection', answerUnknown);
    this.figures.gauge('vedfolnir_sockets', 'Sockets open on this node', () => io.of('/').sockets.size);
    this.broadcaster.start(io);
    this.reconciler.start(io);
    this.balancer.start(io);
    this.watch.listener = {
      onExpiring: (id, deadlines) => tell(io, id).emit('session:expiring', this.expiring(id, deadlines)),
      onExtended: (id, deadlines) => tell(io, id).emit('session:extended', this.extended(id, deadlines)),
      onEnded: (sessionId, reason, at) => endSockets(io, { sessionId, reason, at: at.toISOString() }),
    };
  }

  async handleConnection(socket: AppSocket): Promise<void> {
    const { sessionId, userId } = socket.data;
    // In the rooms first, then the state: what happens in between reaches the tab twice rather than never.
    await socket.join([userRoom(userId), sessionRoom(sessionId)]);
    try {
      const context = await this.sessions.requireContext(sessionId);
      // It may have been given another secret since the handshake.
      if (context.session.tokenHash !== socket.data.tokenHash) return void socket.conn.close();
      socket.emit('session:state', toSessionState(context, this.clock.now()));
      if (socket.disconnected) return;
      this.reconciler.meet(userId, context.revision);
      this.watch.watch(sessionId, context.session);
      if (this.watch.isExpiring(context.session)) {
        socket.emit('session:expiring', this.expiring(sessionId, context.session));
      }
      await this.presence.join(sessionId);
    } catch (thrown) {
      const error = toAppError(thrown);
      // Anything else is a fault of ours: the client comes back and is told then.
      if (error.status === 401) await this.ending.close(socket, error);
      else socket.conn.close();
    }
  }

  async handleDisconnect(socket: AppSocket): Promise<void> {
    const { sessionId, userId } = socket.data;
    this.reconciler.forget(userId);
    if (this.io.of('/').adapter.rooms.has(sessionRoom(sessionId))) return;
    this.watch.unwatch(sessionId);
    await this.presence.leave(sessionId);
  }

  /** The state as the database has it now. No activity. */
  @SubscribeMessage('session:sync')
  sync(@CurrentSession() session: SessionContext, @MessageBody() _payload: SyncDto): SessionState {
    return toSessionState(session, this.clock.now());
  }

  /** The person did something in this tab. */
  @SubscribeMessage('session:activity')
  async activity(
    @CurrentSession() context: SessionContext,
    @MessageBody() _payload: ActivityDto,
  ): Promise<ExtendedView> {
    const touch = this.touches.get(context) ?? this.sessions.touch(context);
    this.touches.set(context, touch);
    const { session } = await touch;
    return { ...toDeadlinesView(session), server_time: this.clock.now().toISOString() };
  }

  private expiring(sessionId: string, deadlines: Deadlines): SessionExpiring {
    return {
      session_id: sessionId,
      reason: expiryReason(deadlines),
      expires_at: expiresAt(deadlines).toISOString(),
      server_time: this.clock.now().toISOString(),
    };
  }

  private extended(sessionId: string, deadlines: Deadlines): SessionExtended {
    const server_time = this.clock.now().toISOString();
    return { session_id: sessionId, ...toDeadlinesView(deadlines), server_time };
  }
}

/** Each node watches its own sockets, so each tells its own. */
function tell(io: AppServer, sessionId: string) {
  return io.local.to(sessionRoom(sessionId));
}

/** Who asks for something that there is not, waits for an answer all the same. */
function answerUnknown(socket: AppSocket): void {
  socket.onAny((name: string, ...given: unknown[]) => {
    const answer = given.at(-1);
    if (typeof answer !== 'function' || socket.listenerCount(name as 'session:sync') > 0) return;
    answer(invalidField('event', 'There is no such message').toBody());
  });
}
