import type { ErrorCode } from '../../src/protocol/errors';
import type { SessionState } from '../../src/protocol/http';
import { ActivityWatch } from './activity';
import { Announcer } from './announcer';
import { Api } from './api';
import { Connection } from './connection';
import { type ExpiredReason, type ExpiringDetail, expiredReason, isSignOut } from './details';
import type { Environment } from './environment';
import { ApiError } from './errors';
import { ExpiryWatch } from './expiry-watch';
import { Inbox } from './inbox';
import { Line } from './line/line';
import { emptyMetrics } from './metrics';
import { OwnSwitches } from './own-switches';
import { ServerClock } from './server-clock';
import { serverEvents } from './server-events';
import { StateHolder } from './state-holder';
import { StateReader } from './state-reader';
import { clearOwnKeys, markSignedOut } from './storage';
import { tellActivity } from './tell-activity';
import { Triggers } from './triggers';

/** `anonymous`: this page began without a session, and is left in peace. */
type Phase = 'starting' | 'anonymous' | 'live' | 'over' | 'destroyed';

/** A replaced cookie reaches the browser a moment after the sockets of the old one were closed. */
const REFUSAL_CONFIRM_MS = 300;

/** The course of a session in this tab: from the first answer to its end, and what is awake in between. */
export class SessionLife {
  readonly metrics = emptyMetrics();
  readonly holder = new StateHolder();
  readonly own = new OwnSwitches();
  readonly clock: ServerClock;
  readonly announcer: Announcer;
  readonly api: Api;
  readonly inbox: Inbox;
  readonly line: Line;
  readonly reader: StateReader;
  readonly connection: Connection;
  private phase: Phase = 'starting';
  private readonly triggers: Triggers;
  private readonly activity: ActivityWatch;
  private readonly expiry: ExpiryWatch;

  constructor(
    private readonly env: Environment,
    tabId: string,
  ) {
    this.clock = new ServerClock(() => env.now());
    this.announcer = new Announcer(env);
    this.api = new Api(env, tabId, {
      sessionOver: (code) => this.over(expiredReason(code, this.expiry.passed(this.holder.state?.session)), code),
      userId: () => this.userId,
      reread: (userId) => {
        this.reader.doubt();
        return this.reader.ensureFresh().then(
          () => this.userId === userId,
          () => false,
        );
      },
    });
    this.inbox = new Inbox(tabId, this.holder, this.clock, this.announcer, this.metrics, this.own, {
      gap: () => void this.reader.catchUp(),
      begun: (before) => this.begun(before),
      deadlines: () => this.holder.state && this.expiry.update(this.holder.state.session),
      extended: () => this.activity.pause(false),
    });
    this.expiry = new ExpiryWatch(env, this.clock, {
      ask: () => void this.reader.sync({ rest: true }),
      warn: (detail) => this.activity.pause(!this.announcer.say('sessionExpiring', detail)),
    });
    this.connection = new Connection(env, this.announcer, {
      live: () => this.line.live,
      ask: () => void this.reader.sync({ rest: true }),
      lost: () => this.reader.doubt(),
    });
    this.line = new Line(env, {
      tabId,
      auth: () => ({ tab_id: tabId, revision: this.holder.state?.revision }),
      sessionId: () => this.sessionId,
      elected: () => {
        this.metrics.takeovers += 1;
        this.connection.look();
      },
      leaderHeard: () => this.connection.look(),
      connected: (again) => {
        this.metrics.connects += 1;
        this.connection.look();
        // What was said until now was missed. The state comes as the socket's first word; where it had been lost the
        // token may be new besides. A look that is under way says so when it ends.
        if (again) void this.lookOverHttp();
        else if (this.reader.fresh) this.announcer.say('sessionCaughtUp', null);
      },
      disconnected: () => {
        this.metrics.disconnects += 1;
        this.connection.look();
      },
      refused: () => void env.setTimeout(() => void this.lookOverHttp(), REFUSAL_CONFIRM_MS),
      look: () => this.lookOverHttp(),
      over: (reason, code) => this.over(reason, code),
      events: serverEvents(this.holder, this.inbox, this.expiry, this.announcer, {
        // The server is there after all: where this tab did not reach it, it looks.
        stateHeard: () => (this.connection.reachable ? this.triggers.stateRead() : void this.lookOverHttp()),
        ended: (reason, code) => this.over(reason, code),
      }),
    });
    this.reader = new StateReader(env, this.api, this.line, this.metrics, {
      wanted: () => this.wanted,
      mayBeBehind: () => {
        this.triggers.notice();
        return this.wanted && this.phase !== 'anonymous';
      },
      revision: () => this.holder.state?.revision,
      take: (state) => {
        this.inbox.state(state);
        this.line.share(state);
      },
      done: (caughtUp) => this.stateRead(caughtUp),
      failed: (unreachable) => this.readFailed(unreachable),
    });
    this.activity = new ActivityWatch(
      env,
      () => this.holder.state?.session ?? null,
      () => void tellActivity(this.line, this.api, this.inbox, () => void this.lookOverHttp()),
    );
    this.triggers = new Triggers(env, {
      refresh: (stale) => this.refresh(stale),
      restored: () => this.refresh(true),
      stored: () => this.stored(),
      // Without a line, whatever was said since the last reading was missed.
      poll: () => void (this.line.live ? this.reader.sync() : this.reader.catchUp()),
      offline: () => this.connection.reach(false),
      follows: () => !this.line.leads,
    });
  }

  start(): void {
    this.triggers.start();
    void this.reader.sync();
  }

  destroy(): void {
    this.phase = 'destroyed';
    // An answer that is still on its way finds nothing that it could change.
    this.holder.clear();
    this.stop();
  }

  get fresh(): boolean {
    this.triggers.notice();
    return this.phase === 'live' && this.reader.fresh;
  }

  /**
   * Nothing is sent by a tab that may be behind.
   * @throws ApiError the server cannot be asked, or another person is signed in by now: what one began must not be
   *   done as the other
   */
  async readyToSend(): Promise<void> {
    const before = this.userId;
    await this.reader.ensureFresh();
    if (!this.wanted || (before ?? this.userId) !== this.userId) {
      throw new ApiError('This session is no longer the one of this browser', 401, 'SESSION_INVALID');
    }
  }

  /** Once, and never back: the next session begins with a page of its own. */
  over(reason: ExpiredReason, errorCode: ErrorCode): void {
    if (!this.wanted) return;
    const { userId } = this;
    this.phase = userId === null ? 'anonymous' : 'over';
    this.line.over(reason, errorCode);
    this.holder.clear();
    this.stop();
    if (userId === null) return;
    clearOwnKeys(this.env.storage);
    if (isSignOut(reason, errorCode)) markSignedOut(this.env.storage, userId);
    this.announcer.say('sessionExpired', { reason, errorCode });
  }

  /** For a page's part that asks the person, and came after the warning was told. @returns the warning, if one stands */
  takeWarning(): ExpiringDetail | null {
    const { standing } = this.expiry;
    if (standing) this.activity.pause(true);
    return standing;
  }

  /** Until the session has ended here, or this object has. */
  private get wanted(): boolean {
    return this.phase !== 'over' && this.phase !== 'destroyed';
  }

  private get userId(): number | null {
    return this.holder.state?.user.id ?? null;
  }

  private get sessionId(): string | undefined {
    return this.holder.state?.session.id;
  }

  private begun(before: SessionState | null): void {
    this.reader.sessionReplaced();
    this.phase = 'live';
    this.connection.start();
    // Whoever was asked whether to stay was asked of another one.
    this.activity.pause(false);
    this.expiry.standing = null;
    if (before) {
      // The cookie is another session's now: the socket and the token must follow it.
      this.line.restart();
      void this.lookOverHttp();
      return;
    }
    this.triggers.start();
    this.activity.start();
    this.line.start();
  }

  private lookOverHttp(): Promise<void> {
    return this.reader.catchUp({ rest: true });
  }

  /** Over HTTP: a socket that nobody has looked at for a while may be dead, and say nothing for seconds. */
  private refresh(stale: boolean): void {
    if (stale && this.phase === 'live') {
      this.line.start();
      this.line.restart();
    }
    void this.lookOverHttp();
  }

  private stored(): void {
    this.reader.doubt();
    this.line.stop();
  }

  private stateRead(caughtUp: boolean): void {
    this.connection.reach(true);
    this.triggers.stateRead();
    // Where a socket is on its way it is said when that is there: what comes until then is missed as well.
    const settled = this.line.live || this.connection.status === 'polling';
    if (caughtUp && settled && this.phase === 'live') this.announcer.say('sessionCaughtUp', null);
  }

  private readFailed(unreachable: boolean): void {
    if (unreachable) this.connection.reach(false);
    else this.connection.look();
    if (this.phase === 'starting') this.triggers.retry();
  }

  private stop(): void {
    this.connection.stop();
    this.line.stop();
    this.triggers.stop();
    this.activity.stop();
    this.expiry.stop();
  }
}
