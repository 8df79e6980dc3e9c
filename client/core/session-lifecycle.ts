import type { ErrorCode } from '../../src/protocol/errors';
import type { PlatformView, SessionState } from '../../src/protocol/http';
import { ActivityTracker } from './activity-tracker';
import { Api } from './api';
import { ConnectionMonitor } from './connection-monitor';
import type { Environment } from './environment';
import { ApiError, isApiError } from './errors';
import { type ExpiredReason, type ExpiringDetail, expiredReason, isSignOut } from './event-details';
import { EventDispatcher } from './event-dispatcher';
import { ExpiryMonitor } from './expiry-monitor';
import { emptyMetrics } from './metrics';
import { PendingSwitches } from './pending-switches';
import { RefreshTriggers } from './refresh-triggers';
import { reportActivity } from './report-activity';
import { ServerClock } from './server-clock';
import { serverEventHandlers } from './server-events';
import { announceSession, onSessionAnnounced } from './session-announcement';
import { StateReader } from './state-reader';
import { StateSnapshot } from './state-snapshot';
import { StateStore } from './state-store';
import { StateUpdater } from './state-updater';
import { clearStorage, markSignedOut } from './storage';
import { TabChannel } from './tab-channel/tab-channel';
import { TabPin } from './tab-pin';

/** `anonymous`: this page began without a session, and does not ask for one. */
type Phase = 'starting' | 'anonymous' | 'live' | 'over' | 'destroyed';

/** A replaced cookie reaches the browser slightly later than the closing of the old session's sockets. */
const REFUSED_HANDSHAKE_DELAY_MS = 300;

/** The life of a session in this tab, from the first response to its end, and the parts that run during it. */
export class SessionLifecycle {
  readonly metrics = emptyMetrics();
  readonly store = new StateStore();
  readonly pendingSwitches = new PendingSwitches();
  readonly pin: TabPin;
  readonly snapshot: StateSnapshot;
  readonly clock: ServerClock;
  readonly events: EventDispatcher;
  readonly api: Api;
  readonly updater: StateUpdater;
  readonly channel: TabChannel;
  readonly reader: StateReader;
  readonly connection: ConnectionMonitor;
  private phase: Phase = 'starting';
  private ignoreAnnouncements: (() => void) | undefined;
  private readonly triggers: RefreshTriggers;
  private readonly activity: ActivityTracker;
  private readonly expiry: ExpiryMonitor;

  constructor(
    private readonly env: Environment,
    tabId: string,
  ) {
    this.clock = new ServerClock(() => env.now());
    this.events = new EventDispatcher(env);
    this.pin = new TabPin(env.tabStorage);
    this.snapshot = new StateSnapshot(this.store, this.pin);
    this.api = new Api(env, tabId, {
      sessionEnded: (code) => this.end(expiredReason(code, this.expiry.expiredLimit(this.store.state?.session)), code),
      userId: () => this.updater.userId,
      sessionId: () => this.updater.sessionId,
      pinnedPlatformId: () => this.updater.pinned?.id ?? null,
      refetch: (userId) => {
        this.reader.markStale();
        return this.reader.ensureFresh().then(
          () => this.updater.userId === userId,
          () => false,
        );
      },
    });
    const { store, clock, events, metrics, pendingSwitches, pin, snapshot } = this;
    this.updater = new StateUpdater(tabId, store, clock, events, metrics, pendingSwitches, pin, snapshot, {
      revisionGap: () => void this.reader.catchUp(),
      sessionChanged: (before) => this.sessionChanged(before),
      deadlinesChanged: () => this.store.state && this.expiry.update(this.store.state.session),
      extended: () => this.activity.pause(false),
      pinUnverified: (platformId) => void this.verifyPin(platformId),
    });
    this.expiry = new ExpiryMonitor(env, this.clock, {
      checkExpiry: () => void this.reader.sync({ rest: true }),
      warn: (detail) => this.activity.pause(!this.events.dispatch('sessionExpiring', detail)),
    });
    this.connection = new ConnectionMonitor(env, this.events, {
      isLive: () => this.channel.live,
      probe: () => void this.reader.sync({ rest: true }),
      unreachable: () => this.reader.markStale(),
    });
    this.channel = new TabChannel(env, {
      tabId,
      auth: () => ({ tab_id: tabId, revision: this.store.state?.revision }),
      sessionId: () => this.updater.sessionId,
      elected: () => {
        this.metrics.takeovers += 1;
        this.connection.refresh();
      },
      leaderStatusChanged: () => this.connection.refresh(),
      connected: (again) => {
        this.metrics.connects += 1;
        this.connection.refresh();
        // Earlier events were missed. The socket's first event is the state; after a reconnect the CSRF token may be
        // new as well. A read in progress dispatches the event itself when it ends.
        if (again) void this.refetchOverHttp();
        else if (this.reader.isFresh) this.events.dispatch('sessionCaughtUp', null);
      },
      disconnected: () => {
        this.metrics.disconnects += 1;
        this.connection.refresh();
      },
      refused: () => void env.setTimeout(() => void this.refetchOverHttp(), REFUSED_HANDSHAKE_DELAY_MS),
      refetch: () => this.refetchOverHttp(),
      sessionEnded: (reason, code) => this.end(reason, code),
      events: serverEventHandlers(this.store, this.updater, this.expiry, this.events, {
        // The server was considered unreachable, and is reachable after all.
        stateReceived: () => (this.connection.reachable ? this.triggers.stateRead() : void this.refetchOverHttp()),
        sessionEnded: (reason, code) => this.end(reason, code),
      }),
    });
    this.reader = new StateReader(env, this.api, this.channel, this.metrics, {
      isActive: () => this.isActive,
      hasSession: () => {
        this.triggers.detectSleep();
        return this.isActive && this.phase !== 'anonymous';
      },
      revision: () => this.store.state?.revision,
      received: (state) => {
        this.updater.applyState(state);
        this.channel.share(state);
      },
      succeeded: (caughtUp) => this.readSucceeded(caughtUp),
      failed: (unreachable) => this.readFailed(unreachable),
    });
    this.activity = new ActivityTracker(
      env,
      () => this.store.state?.session ?? null,
      () => void reportActivity(this.channel, this.api, this.updater, () => void this.refetchOverHttp()),
    );
    this.triggers = new RefreshTriggers(env, {
      refresh: (stale) => this.refresh(stale),
      pageRestored: () => this.refresh(true),
      pageSuspended: () => this.pageSuspended(),
      // Without a live connection, all events since the last read were missed.
      poll: () => void (this.channel.live ? this.reader.sync() : this.reader.catchUp()),
      offline: () => this.connection.setReachable(false),
      isFollower: () => !this.channel.isLeader,
    });
  }

  /** May be called again after the end of a session: a sign-in does not need a new page. */
  start(): Promise<void> {
    if (!this.isActive) this.phase = 'starting';
    this.listenToAnnouncements();
    this.triggers.start();
    return this.reader.sync();
  }

  startSignedOut(): void {
    this.phase = 'anonymous';
    this.listenToAnnouncements();
    this.connection.stop();
  }

  destroy(): void {
    this.phase = 'destroyed';
    this.ignoreAnnouncements?.();
    this.ignoreAnnouncements = undefined;
    this.clear();
    this.stop();
  }

  get hasEnded(): boolean {
    return this.phase === 'over';
  }

  get isFresh(): boolean {
    this.triggers.detectSleep();
    return this.phase === 'live' && this.reader.isFresh;
  }

  /**
   * Resolves when this tab is known to be up to date, so that it may send.
   * @throws ApiError the server is unreachable, or another user has signed in: an action of one user must not be sent
   * as another
   */
  async readyToSend(): Promise<void> {
    const before = this.updater.userId;
    await this.reader.ensureFresh();
    if (!this.isActive || (before ?? this.updater.userId) !== this.updater.userId) {
      throw new ApiError('This session is no longer the one of this browser', 401, 'SESSION_INVALID');
    }
  }

  /** Runs once per session. The next session begins with a new page, or with a call of `start`. */
  end(reason: ExpiredReason, errorCode: ErrorCode): void {
    if (!this.isActive) return;
    const { userId } = this.updater;
    this.phase = userId === null ? 'anonymous' : 'over';
    this.channel.sessionEnded(reason, errorCode);
    this.clear();
    this.stop();
    if (userId === null) return;
    clearStorage(this.env.storage);
    this.pin.clear();
    if (isSignOut(reason, errorCode)) markSignedOut(this.env.storage, userId);
    this.events.dispatch('sessionExpired', { reason, errorCode });
  }

  /** For an expiry dialog that was added after the warning. @returns the unanswered warning; null: none */
  takeExpiryWarning(): ExpiringDetail | null {
    const { activeWarning } = this.expiry;
    if (activeWarning) this.activity.pause(true);
    return activeWarning;
  }

  /** False once the session has ended here, or this object is destroyed. */
  private get isActive(): boolean {
    return this.phase !== 'over' && this.phase !== 'destroyed';
  }

  /** A user has signed in in another tab: a tab without a session uses that one. */
  private listenToAnnouncements(): void {
    this.ignoreAnnouncements ??= onSessionAnnounced(this.env, () => this.sessionAnnounced());
  }

  private sessionAnnounced(): void {
    if (this.phase === 'over' || this.phase === 'anonymous') void this.start();
  }

  private sessionChanged(before: SessionState | null): void {
    this.reader.sessionReplaced();
    this.phase = 'live';
    if (this.updater.sessionId) announceSession(this.env, this.updater.sessionId);
    this.connection.start();
    // A warning was about the previous session.
    this.activity.pause(false);
    this.expiry.activeWarning = null;
    if (before) {
      // The cookie belongs to another session now: the socket and the CSRF token must be replaced.
      this.channel.restart();
      void this.refetchOverHttp();
      return;
    }
    this.triggers.start();
    this.activity.start();
    this.channel.start();
  }

  /** Discards the state; responses that are still pending are then ignored. */
  private clear(): void {
    this.reader.sessionReplaced();
    this.store.clear();
    this.snapshot.publish();
  }

  private async verifyPin(platformId: number): Promise<void> {
    const { sessionId } = this.updater;
    const platform = await this.findPlatform(platformId).catch((error: unknown) =>
      isApiError(error) && error.status === 404 ? null : undefined,
    );
    const current = sessionId === this.updater.sessionId && this.updater.pinned?.id === platformId;
    if (current && platform !== undefined) this.updater.pinTab(platform);
  }

  /** @throws ApiError */
  findPlatform(id: number): Promise<PlatformView> {
    return this.api.request('GET', `/api/platforms/${id}`, { background: true });
  }

  private refetchOverHttp(): Promise<void> {
    return this.reader.catchUp({ rest: true });
  }

  /** Over HTTP: after a sleep a socket may be dead and not report it for seconds. */
  private refresh(stale: boolean): void {
    if (stale && this.phase === 'live') {
      this.channel.start();
      this.channel.restart();
    }
    void this.refetchOverHttp();
  }

  private pageSuspended(): void {
    this.reader.markStale();
    this.channel.stop();
  }

  private readSucceeded(caughtUp: boolean): void {
    this.connection.setReachable(true);
    this.triggers.stateRead();
    // While a socket is connecting, `connected` dispatches the event later: events until then would be missed again.
    const settled = this.channel.live || this.connection.status === 'polling';
    if (caughtUp && settled && this.phase === 'live') this.events.dispatch('sessionCaughtUp', null);
  }

  private readFailed(unreachable: boolean): void {
    if (unreachable) this.connection.setReachable(false);
    else this.connection.refresh();
    if (this.phase === 'starting') this.triggers.retry();
  }

  private stop(): void {
    this.connection.stop();
    this.channel.stop();
    this.triggers.stop();
    this.activity.stop();
    this.expiry.stop();
  }
}
