import type { IncomingMessage } from 'node:http';
import { UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import {
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { IsInt } from 'class-validator';
import type { ServerOptions } from 'socket.io';
import { invalidField } from '../common/app-error';
import { Clock } from '../common/clock';
import { Metrics } from '../common/metrics';
import { toAppError } from '../common/to-app-error';
import { BodyPipe, Omittable } from '../common/validation';
import type { SessionExpiring, SessionExtended } from '../protocol/events';
import type { ExtendedView, SessionState } from '../protocol/http';
import { type Deadlines, expiresAt, expiryReason } from '../session/expiry-policy';
import { HostSockets } from '../session/host-sockets';
import { CurrentSession } from '../session/request-session';
import { SessionGuard } from '../session/session.guard';
import { toDeadlinesView, toSessionState } from '../session/session.views';
import type { SessionContext } from '../session/session-context';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { SocketAuthenticator } from '../session/socket-authenticator';
import { Broadcaster, endLocalSockets } from './broadcaster';
import { ClusterAdapter } from './cluster-adapter';
import { ExpiryWatch } from './expiry-watch';
import { Handshake } from './handshake';
import { Reconciler } from './reconciler';
import { SocketBalancer } from './socket-balancer';
import { SocketBudgets } from './socket-budgets';
import { SocketErrorFilter } from './socket-error.filter';
import { SocketTerminator } from './socket-terminator';
import { type AppNamespace, type AppServer, type AppSocket, sessionRoom, userRoom } from './socket-types';
import { Tabs } from './tabs';

/** A dead connection is detected within their sum, so that a tab is up to date again within 15 s. */
const PING_INTERVAL_MS = 6000;
const PING_TIMEOUT_MS = 4000;

type AllowRequest = NonNullable<ServerOptions['allowRequest']>;

class SyncDto {
  /** The newest revision that the tab knows. Not used: the answer is always the whole state. */
  @Omittable()
  @IsInt()
  revision?: number;
}

class ActivityDto {}

/** The tabs' socket: events arrive over it; commands are sent over HTTP. */
@WebSocketGateway()
@UseGuards(SessionGuard)
@UsePipes(BodyPipe)
@UseFilters(SocketErrorFilter)
export class SessionGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  private namespace!: AppNamespace;

  /** Concurrent messages share a context, and record its activity once. */
  private readonly touches = new WeakMap<SessionContext, Promise<SessionContext>>();

  constructor(
    private readonly handshake: Handshake,
    private readonly broadcaster: Broadcaster,
    private readonly reconciler: Reconciler,
    private readonly balancer: SocketBalancer,
    private readonly watch: ExpiryWatch,
    private readonly ending: SocketTerminator,
    private readonly sessions: SessionLifecycleService,
    private readonly clock: Clock,
    private readonly cluster: ClusterAdapter,
    private readonly tabs: Tabs,
    private readonly authenticator: SocketAuthenticator,
    private readonly hostSockets: HostSockets,
    private readonly budgets: SocketBudgets,
    private readonly figures: Metrics,
  ) {}

  afterInit(io: AppServer): void {
    const { opts } = io.engine;
    const allowRequest = this.allowRequest(opts.allowRequest);
    Object.assign(opts, { pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS, allowRequest });
    io.engine.on('connection', ({ request }: { request: IncomingMessage }) => this.authenticator.takeCookie(request));
    const namespace = io.of('/');
    this.namespace = namespace;
    this.cluster.start(namespace);
    namespace.use(this.handshake.check);
    namespace.on('connection', (socket) => {
      this.budgets.limitMessages(socket);
      answerUnknown(socket);
    });
    this.figures.gauge('vedfolnir_sockets', 'Sockets open on this node', () => namespace.sockets.size);
    this.broadcaster.start(namespace);
    this.reconciler.start(namespace);
    this.tabs.start(namespace);
    this.balancer.start(io);
    const local = (id: string) => namespace.local.to(sessionRoom(id));
    this.watch.listener = {
      onExpiring: (id, deadlines) => local(id).emit('session:expiring', this.expiring(id, deadlines)),
      onExtended: (id, deadlines) => local(id).emit('session:extended', this.extended(id, deadlines)),
      onEnded: (sessionId, reason, at) => {
        endLocalSockets(namespace, { sessionId, reason, at: at.toISOString() });
        this.hostSockets.disconnect(sessionId);
      },
    };
    this.hostSockets.listener = {
      onAdded: (session) => this.watch.watch(session.id, session),
      onNoneLeft: (sessionId) => this.unwatchIfUnused(sessionId),
    };
  }

  async handleConnection(socket: AppSocket): Promise<void> {
    const { sessionId, userId } = socket.data;
    this.reconciler.track(socket);
    // Joins the rooms before reading the state, so that changes in between are sent twice rather than lost.
    await socket.join([userRoom(userId), sessionRoom(sessionId)]);
    try {
      const context = await this.sessions.requireContext(sessionId);
      // The session may have been given a new token since the handshake.
      if (context.session.tokenHash !== socket.data.tokenHash) return void socket.conn.close();
      socket.emit('session:state', toSessionState(context, this.clock.now()));
      if (socket.disconnected) return;
      this.watch.watch(sessionId, context.session);
      if (this.watch.isExpiring(context.session)) {
        socket.emit('session:expiring', this.expiring(sessionId, context.session));
      }
    } catch (thrown) {
      const error = toAppError(thrown);
      // On other errors the client reconnects and retries.
      if (error.status === 401) await this.ending.close(socket, error);
      else socket.conn.close();
    }
  }

  handleDisconnect(socket: AppSocket): void {
    this.unwatchIfUnused(socket.data.sessionId);
  }

  /** The state, read from the database. Does not count as user activity. */
  @SubscribeMessage('session:sync')
  sync(@CurrentSession() session: SessionContext, @MessageBody() _payload: SyncDto): SessionState {
    return toSessionState(session, this.clock.now());
  }

  /** Records user activity in this tab. */
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

  /** @param next the host's own `allowRequest` */
  private allowRequest(next: AllowRequest | undefined): AllowRequest {
    return (request, done) => {
      if (!this.budgets.openConnection(request)) done('Too many connections', false);
      else if (next) next(request, done);
      else done(null, true);
    };
  }

  private unwatchIfUnused(sessionId: string): void {
    const used = this.namespace.adapter.rooms.has(sessionRoom(sessionId)) || this.hostSockets.has(sessionId);
    if (!used) this.watch.unwatch(sessionId);
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

/** Acknowledges unknown messages with an error, so that clients do not wait for it. */
function answerUnknown(socket: AppSocket): void {
  socket.use(([name, ...given], next) => {
    const answer: unknown = given.at(-1);
    if (typeof answer === 'function' && socket.listenerCount(name as 'session:sync') === 0) {
      answer(invalidField('event', 'There is no such message').toBody());
    }
    next();
  });
}
