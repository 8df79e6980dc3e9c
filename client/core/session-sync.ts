import type { ErrorCode } from '../../src/protocol/errors';
import type { SessionEnded } from '../../src/protocol/events';
import type { ExtendedView, SessionState, SwitchResult, SwitchScope } from '../../src/protocol/http';
import { ActivityWatch } from './activity';
import { Announcer } from './announcer';
import { Api, type RequestOptions } from './api';
import {
  type DeadlinesDetail,
  deadlinesDetail,
  type ExpiredReason,
  expiredReason,
  type StateDetail,
  stateDetail,
} from './details';
import type { Environment } from './environment';
import { errorCodeOf, isSessionOver } from './errors';
import { ExpiryWatch } from './expiry-watch';
import { Inbox } from './inbox';
import { emptyMetrics, type PerformanceMetrics } from './metrics';
import { OwnSwitches } from './own-switches';
import { ServerClock } from './server-clock';
import { StateHolder } from './state-holder';
import { StateReader } from './state-reader';
import { clearOwnKeys } from './storage';
import { Transport } from './transport';
import { Triggers } from './triggers';

/** `anonymous`: this page began without a session, and is left in peace. */
type Phase = 'starting' | 'anonymous' | 'live' | 'over' | 'destroyed';

/** While no first answer has come. */
const START_AGAIN_MS = 2_000;
/** A replaced cookie reaches the browser a moment after the sockets of the old one were closed. */
const REFUSAL_CONFIRM_MS = 300;

/**
 * The session as this tab sees it: one for each page load, at `window.sessionSync`.
 * Facts come from the server alone; whatever this page does by itself only makes it look.
 */
export class SessionSync {
  private phase: Phase = 'starting';
  private reachable = true;
  private readonly tabId: string;
  private readonly holder = new StateHolder();
  private readonly metrics = emptyMetrics();
  private readonly own = new OwnSwitches();
  private readonly clock: ServerClock;
  private readonly announcer: Announcer;
  private readonly api: Api;
  private readonly inbox: Inbox;
  private readonly transport: Transport;
  private readonly triggers: Triggers;
  private readonly activity: ActivityWatch;
  private readonly expiry: ExpiryWatch;
  private readonly reader: StateReader;

  constructor(private readonly env: Environment) {
    this.tabId = env.randomId();
    this.clock = new ServerClock(() => env.now());
    this.announcer = new Announcer(env);
    this.api = new Api(env, this.tabId, {
      sessionOver: (code) => this.over(expiredReason(code, this.absoluteLimitPassed()), code),
      userId: () => this.holder.state?.user.id ?? null,
      reread: () => this.reader.sync({ rest: true }),
    });
    this.inbox = new Inbox(this.tabId, this.holder, this.clock, this.announcer, this.metrics, this.own, {
      gap: () => void this.reader.sync(),
      begun: (before) => this.begun(before),
      deadlines: () => this.holder.state && this.expiry.update(this.holder.state.session),
      extended: () => this.activity.pause(false),
    });
    this.expiry = new ExpiryWatch(env, this.clock, {
      ask: () => void this.reader.sync({ rest: true }),
      warn: (detail) => this.activity.pause(!this.announcer.say('sessionExpiring', detail)),
    });
    this.activity = new ActivityWatch(
      env,
      () => this.holder.state?.session ?? null,
      () => void this.tellActivity(),
    );
    this.triggers = new Triggers(env, {
      refresh: (stale) => this.refresh(stale),
      restored: () => this.refresh(true),
      stored: () => this.transport.stop(),
      poll: () => void this.reader.sync(),
      offline: () => this.setReachable(false),
    });
    this.transport = this.makeTransport();
    this.reader = new StateReader(env, this.api, this.transport, this.metrics, {
      wanted: () => this.phase !== 'over' && this.phase !== 'destroyed',
      revision: () => this.holder.state?.revision,
      take: (state) => this.inbox.state(state),
      done: () => this.stateRead(),
      failed: (unreachable) => this.readFailed(unreachable),
    });
  }

  /** Begins to look. Separate from the constructor so that the page can hold the object first. */
  start(): this {
    this.triggers.start();
    void this.reader.sync();
    return this;
  }

  /** Asks the server for the whole state. @returns what this tab knows then; null without a session */
  async syncSessionState(): Promise<StateDetail | null> {
    await this.reader.sync();
    return this.getState();
  }

  /**
   * Makes another platform the active one: of all sessions, or with `scope: 'session'` of this one alone.
   * @throws ApiError
   */
  async switchPlatform(id: number, options: { scope?: SwitchScope } = {}): Promise<SwitchResult> {
    const entry = this.own.begin(id);
    try {
      const body = options.scope ? { scope: options.scope } : {};
      const result = await this.api.request<SwitchResult>('POST', `/api/switch_platform/${id}`, { body });
      this.inbox.answered(entry, result);
      return result;
    } catch (error) {
      this.own.forget(entry);
      throw error;
    }
  }

  /** Kept for callers that switched by themselves. Facts come from the server, so this only looks. */
  notifyPlatformSwitch(_id: number, _name: string): void {
    void this.reader.sync();
  }

  /** "Stay signed in". @throws ApiError */
  async extendSession(): Promise<DeadlinesDetail> {
    const view = await this.api.request<ExtendedView>('POST', '/api/session/extend', { body: {} });
    this.clock.learn(view.server_time);
    this.inbox.deadlines(view);
    return deadlinesDetail(view);
  }

  /** Ends this session in all its tabs. @throws ApiError */
  async logout(): Promise<void> {
    await this.api.request<void>('POST', '/api/auth/logout', { body: {} });
    this.over('logout', 'SESSION_REVOKED');
  }

  /** A call to our own API with everything that it wants to know of this tab. @throws ApiError */
  request<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions): Promise<T> {
    return this.api.request<T>(method, path, options);
  }

  getState(): StateDetail | null {
    return this.holder.state && stateDetail(this.holder.state);
  }

  getTabId(): string {
    return this.tabId;
  }

  getPerformanceMetrics(): PerformanceMetrics {
    return { ...this.metrics, connected: this.transport.connected };
  }

  /** Milliseconds until a time of the server's, by the server's clock. */
  millisecondsUntil(iso: string): number {
    return this.clock.until(iso);
  }

  destroy(): void {
    this.phase = 'destroyed';
    this.stop();
  }

  private begun(before: SessionState | null): void {
    this.reader.sessionReplaced();
    this.phase = 'live';
    if (before) {
      // The cookie is another session's now: the socket and the token must follow it.
      this.transport.restart();
      void this.reader.sync({ rest: true });
      return;
    }
    this.triggers.start();
    this.activity.start();
    this.transport.start();
  }

  private stateRead(): void {
    this.setReachable(true);
    this.triggers.stateRead();
  }

  private readFailed(unreachable: boolean): void {
    if (unreachable) this.setReachable(false);
    if (this.phase === 'starting') this.env.setTimeout(() => void this.reader.sync(), START_AGAIN_MS);
  }

  private refresh(stale: boolean): void {
    if (stale && this.phase === 'live') {
      this.transport.start();
      this.transport.restart();
    }
    void this.reader.sync({ rest: stale });
  }

  private makeTransport(): Transport {
    return new Transport(this.env, {
      auth: () => ({ tab_id: this.tabId, revision: this.holder.state?.revision }),
      connected: (again) => {
        this.metrics.connects += 1;
        // Over HTTP, because the socket's first word is the state anyway, and the token may be new.
        if (again) void this.reader.sync({ rest: true });
      },
      disconnected: () => {
        this.metrics.disconnects += 1;
      },
      refused: () => void this.env.setTimeout(() => void this.reader.sync({ rest: true }), REFUSAL_CONFIRM_MS),
      events: {
        'session:state': (state) => this.inbox.state(state),
        'platform:switched': (event) => this.inbox.switched(event),
        'platforms:changed': (event) => this.inbox.platforms(event),
        'session:expiring': (event) => this.expiry.heard(event, this.holder.state?.session),
        'session:extended': (event) => event.session_id === this.sessionId && this.inbox.deadlines(event),
        'session:ended': (event) => this.ended(event),
        'post:updated': ({ post }) => void this.announcer.say('postUpdated', { post }),
        'post:removed': ({ post_id, platform_id }) =>
          void this.announcer.say('postRemoved', { postId: post_id, platformId: platform_id }),
      },
    });
  }

  private absoluteLimitPassed(): boolean {
    const session = this.holder.state?.session;
    return session !== undefined && this.clock.until(session.absolute_expires_at) <= 0;
  }

  private get sessionId(): string | undefined {
    return this.holder.state?.session.id;
  }

  private ended(event: SessionEnded): void {
    if (event.session_id === this.sessionId) this.over(event.reason, event.error_code);
  }

  private async tellActivity(): Promise<void> {
    try {
      const answer = this.transport.connected
        ? await this.transport.activity()
        : await this.api.request<ExtendedView>('POST', '/api/session/extend', { body: {} });
      if (isSessionOver(errorCodeOf(answer))) return void this.reader.sync({ rest: true });
      if (!errorCodeOf(answer)) this.inbox.deadlines(answer as ExtendedView);
    } catch {
      // The next doing will try again; a session that is over shows itself there or in the next reading.
    }
  }

  /** Once, and never back: the next session begins with a page of its own. */
  private over(reason: ExpiredReason, errorCode: ErrorCode): void {
    if (this.phase === 'over' || this.phase === 'destroyed') return;
    const hadSession = this.holder.state !== null;
    this.phase = hadSession ? 'over' : 'anonymous';
    this.stop();
    this.holder.clear();
    if (!hadSession) return;
    clearOwnKeys(this.env.storage);
    this.announcer.say('sessionExpired', { reason, errorCode });
  }

  private stop(): void {
    this.transport.stop();
    this.triggers.stop();
    this.activity.stop();
    this.expiry.stop();
  }

  private setReachable(reachable: boolean): void {
    if (reachable === this.reachable) return;
    this.reachable = reachable;
    this.announcer.say('sessionConnectionChanged', { connected: reachable });
  }
}
