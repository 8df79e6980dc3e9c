import type { ErrorBody, ErrorCode } from '../../../src/protocol/errors';
import type { ServerToClientEvents } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { ChannelPort, Environment } from '../environment';
import type { ExpiredReason } from '../event-details';
import { LeaderElection } from './leader-election';
import { LeaderMonitor } from './leader-monitor';
import type { ForwardedEvent, Heartbeat, MessageBody, TabMessage } from './messages';
import { Transport, type TransportHooks } from './transport';

export interface TabChannelHooks extends TransportHooks {
  tabId: string;
  /** The session of this tab. */
  sessionId(): string | undefined;
  elected(): void;
  /** The leader, another tab, has reported the status of its socket. */
  leaderStatusChanged(): void;
  /**
   * Events may have been missed, or the cookie belongs to another session: reads over HTTP. Resolves after the
   * attempt.
   */
  refetch(): Promise<void>;
  /** The leader reports that our session has ended. */
  sessionEnded(reason: ExpiredReason, errorCode: ErrorCode): void;
}

const CHANNEL_NAME = 'vedfolnir';
const HEARTBEAT_INTERVAL_MS = 500;
/** Minimum interval of checks over HTTP while tabs are in different sessions. */
const MISMATCH_CHECK_INTERVAL_MS = 1_000;

/**
 * The tabs of a browser share one socket: the leader owns it and forwards its events. Leadership does not decide what
 * is true: each tab applies events by revision, and reads the state itself. Without locks or channels each tab has its
 * own socket.
 */
export class TabChannel {
  private readonly transport: Transport;
  private readonly election: LeaderElection | null;
  private readonly leaderMonitor: LeaderMonitor;
  private active = false;
  /** Null while stopped, and in a tab that does not share a socket. */
  private channel: ChannelPort | null = null;
  private heartbeatTimer: number | undefined;
  private mismatchCheckedAt = Number.NEGATIVE_INFINITY;
  /** The last warning, for tabs that open while it is unanswered. */
  private expiryWarning: ForwardedEvent | null = null;
  /** Whether the socket has sent its state: its cookie may be that of another session than this tab's. */
  private stateReceived = false;

  constructor(
    private readonly env: Environment,
    private readonly hooks: TabChannelHooks,
  ) {
    this.transport = new Transport(env, {
      ...hooks,
      connected: (again) => {
        this.stateReceived = false;
        this.sendHeartbeat(true);
        hooks.connected(again);
      },
      disconnected: () => {
        this.sendHeartbeat();
        hooks.disconnected();
      },
      events: this.forwardingHandlers(),
    });
    this.election =
      env.locks &&
      new LeaderElection(env.locks, {
        elected: () => this.elected(),
        deposed: () => this.deposed(),
        unavailable: () => this.runWithoutChannel(),
      });
    this.leaderMonitor = new LeaderMonitor(env, {
      probe: () => this.post({ kind: 'probe' }),
      takeOver: () => this.election?.steal(),
    });
  }

  /** Whether this tab owns the socket. */
  get isLeader(): boolean {
    return this.active && (this.channel === null || this.election?.isLeader === true);
  }

  /** Whether this tab can send requests over its own socket. */
  get connected(): boolean {
    return this.transport.connected;
  }

  /** Whether pushes reach this tab, by its own socket or by the leader's. */
  get live(): boolean {
    return this.isLeader ? this.connected : this.active && this.leaderMonitor.live;
  }

  start(): void {
    if (this.active) return;
    this.active = true;
    this.channel = this.election && this.env.openChannel(CHANNEL_NAME);
    if (this.channel) this.joinChannel(this.channel);
    else this.runWithoutChannel();
  }

  stop(): void {
    this.active = false;
    this.election?.stop();
    this.leaveChannel();
    this.transport.stop();
  }

  /**
   * The connection may be dead or another session's: the leader opens a new one, a follower asks the leader for a
   * heartbeat.
   */
  restart(): void {
    if (this.isLeader) {
      this.transport.restart();
      this.sendHeartbeat();
    } else {
      this.post({ kind: 'probe' });
    }
  }

  sync(revision: number | undefined): Promise<SessionState | ErrorBody> {
    return this.transport.sync(revision);
  }

  activity(): Promise<ExtendedView | ErrorBody> {
    return this.transport.activity();
  }

  /** A whole state that this tab has read: the leader shares it with all tabs. */
  share(state: SessionState): void {
    if (this.isLeader) this.post({ kind: 'event', name: 'session:state', payload: state });
  }

  /** The session of this tab has ended: the leader notifies the tabs without a socket. */
  sessionEnded(reason: ExpiredReason, errorCode: ErrorCode): void {
    if (this.isLeader) this.post({ kind: 'sessionEnded', reason, errorCode });
    this.stop();
  }

  private joinChannel(channel: ChannelPort): void {
    channel.listen((message) => this.messageReceived(message as TabMessage));
    this.env.document.addEventListener('visibilitychange', this.visibilityChanged);
    this.leaderMonitor.start();
    this.election?.queue();
    // A live leader answers at once.
    this.post({ kind: 'probe' });
  }

  private elected(): void {
    this.leaderMonitor.stop();
    this.transport.start();
    this.sendHeartbeat();
    this.hooks.elected();
  }

  private deposed(): void {
    this.transport.stop();
    this.stopHeartbeat();
    this.leaderMonitor.start();
  }

  private runWithoutChannel(): void {
    this.leaveChannel();
    this.transport.start();
  }

  private leaveChannel(): void {
    this.stopHeartbeat();
    this.leaderMonitor.stop();
    this.env.document.removeEventListener('visibilitychange', this.visibilityChanged);
    this.channel?.close();
    this.channel = null;
  }

  private sendHeartbeat(opened = false): void {
    if (!this.election?.isLeader) return;
    this.stopHeartbeat();
    this.heartbeatTimer = this.env.setTimeout(() => this.sendHeartbeat(), HEARTBEAT_INTERVAL_MS);
    const visible = this.env.document.visibilityState === 'visible';
    this.post({ kind: 'heartbeat', visible, connected: this.connected, opened });
  }

  private stopHeartbeat(): void {
    if (this.heartbeatTimer !== undefined) this.env.clearTimeout(this.heartbeatTimer);
    this.heartbeatTimer = undefined;
  }

  private post(body: MessageBody): void {
    this.channel?.post({ from: this.hooks.tabId, session: this.hooks.sessionId(), body } satisfies TabMessage);
  }

  private messageReceived({ session, body }: TabMessage): void {
    // Leadership is per browser, not per session.
    if (body.kind === 'heartbeat') this.heartbeatReceived(body);
    if (body.kind === 'probe') this.answerProbe();
    if (session !== this.hooks.sessionId()) return void this.sessionMismatch(session);
    if (body.kind === 'event') this.dispatch(body);
    if (body.kind === 'sessionEnded') this.hooks.sessionEnded(body.reason, body.errorCode);
  }

  private answerProbe(): void {
    this.sendHeartbeat();
    if (this.expiryWarning && this.isLeader) this.post(this.expiryWarning);
  }

  private heartbeatReceived(beat: Heartbeat): void {
    // There may be two leaders for a moment: the lock decides.
    if (this.isLeader) return;
    this.leaderMonitor.heartbeatReceived(beat);
    this.hooks.leaderStatusChanged();
    if (beat.opened) void this.hooks.refetch();
  }

  private dispatch({ name, payload }: ForwardedEvent): void {
    (this.hooks.events[name] as (payload: unknown) => void)(payload);
  }

  /** Another tab is in another session: the cookie decides which one is current. */
  private async sessionMismatch(theirs: string | undefined): Promise<void> {
    const since = this.env.now() - this.mismatchCheckedAt;
    if (since >= 0 && since < MISMATCH_CHECK_INTERVAL_MS) return;
    this.mismatchCheckedAt = this.env.now();
    await this.hooks.refetch();
    if (this.hooks.sessionId() !== theirs) this.post({ kind: 'probe' });
  }

  /** Applied here first, so that the forwarded message carries the right session. */
  private forwardingHandlers(): ServerToClientEvents {
    const names = Object.keys(this.hooks.events) as (keyof ServerToClientEvents)[];
    const both = (name: keyof ServerToClientEvents) => (payload: unknown) => {
      if (name === 'session:state') this.stateReceived = true;
      // A platform event names no user, so it is applied only once the session of the socket is known.
      else if (!this.stateReceived && name.startsWith('platform')) return void this.hooks.refetch();
      const body = { kind: 'event', name, payload } as ForwardedEvent;
      if (name === 'session:expiring') this.expiryWarning = body;
      this.dispatch(body);
      this.post(body);
    };
    return Object.fromEntries(names.map((name) => [name, both(name)])) as unknown as ServerToClientEvents;
  }

  private readonly visibilityChanged = () => {
    if (this.isLeader) this.sendHeartbeat();
    else this.leaderMonitor.compareVisibility();
  };
}
