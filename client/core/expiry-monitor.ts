import type { SessionExpiring } from '../../src/protocol/events';
import type { SessionView } from '../../src/protocol/http';
import type { Environment } from './environment';
import type { ExpiringDetail } from './event-details';
import type { ServerClock } from './server-clock';

/** The server ends a session at the deadline, not before, so ask slightly later. */
const CHECK_DELAY_MS = 300;
/** Interval of checks while a deadline has passed and the server reports no change. */
const CHECK_RETRY_MS = 2_000;
/** Used if the server's warning was lost: enough time to read and answer (WCAG 2.2.1 asks for 20 s). */
const LOCAL_WARNING_MS = 30_000;
/** Shorter sessions are tests and demonstrations; there only the server warns. */
const MIN_LIFETIME_FOR_LOCAL_WARNING_MS = 5 * 60_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ExpiryHooks {
  /** A deadline has passed by the local clock, which is only a hint: ask the server. */
  checkExpiry(): void;
  /** A deadline is near. */
  warn(detail: ExpiringDetail): void;
}

/** Watches the deadlines of the session, by the server's clock. */
export class ExpiryMonitor {
  private deadlineTimer: number | undefined;
  private warningTimer: number | undefined;
  /** The unanswered warning, for parts of the page that were added after its event. */
  activeWarning: ExpiringDetail | null = null;

  constructor(
    private readonly env: Environment,
    private readonly clock: ServerClock,
    private readonly hooks: ExpiryHooks,
  ) {}

  update(session: SessionView): void {
    this.stop();
    if (this.activeWarning && Date.parse(session.expires_at) > Date.parse(this.activeWarning.expiresAt))
      this.activeWarning = null;
    const left = this.clock.until(session.expires_at);
    const asked = left + CHECK_DELAY_MS;
    this.deadlineTimer = this.after(asked > 0 ? asked : CHECK_RETRY_MS, () => this.deadlinePassed(session));
    const life = Date.parse(session.expires_at) - Date.parse(session.last_activity);
    if (left > 0 && life >= MIN_LIFETIME_FOR_LOCAL_WARNING_MS) {
      this.warningTimer = this.after(Math.max(0, left - LOCAL_WARNING_MS), () => this.warnLocally(session));
    }
  }

  /** Applies the server's warning if it is about the current session. */
  warningReceived(event: SessionExpiring, session: SessionView | undefined): void {
    if (session?.id !== event.session_id) return;
    // The session has been extended since.
    if (Date.parse(event.expires_at) < Date.parse(session.expires_at)) return;
    this.warn({ reason: event.reason, expiresAt: event.expires_at });
  }

  /** The limit that the session has reached by our clock; null: none. */
  expiredLimit(session: SessionView | undefined): ExpiringDetail['reason'] | null {
    if (!session || this.clock.until(session.expires_at) > 0) return null;
    return this.clock.until(session.absolute_expires_at) > 0 ? 'idle' : 'absolute';
  }

  stop(): void {
    for (const timer of [this.deadlineTimer, this.warningTimer]) if (timer !== undefined) this.env.clearTimeout(timer);
    this.deadlineTimer = undefined;
    this.warningTimer = undefined;
  }

  /** Warns once per deadline. */
  private warn(detail: ExpiringDetail): void {
    if (this.activeWarning?.expiresAt === detail.expiresAt) return;
    this.activeWarning = detail;
    this.hooks.warn(detail);
  }

  private deadlinePassed(session: SessionView): void {
    this.deadlineTimer = this.after(CHECK_RETRY_MS, () => this.deadlinePassed(session));
    this.hooks.checkExpiry();
  }

  private warnLocally(session: SessionView): void {
    const reason = session.expires_at === session.absolute_expires_at ? 'absolute' : 'idle';
    this.warn({ reason, expiresAt: session.expires_at });
  }

  private after(ms: number, task: () => void): number {
    return this.env.setTimeout(task, Math.min(ms, MAX_TIMER_MS));
  }
}
