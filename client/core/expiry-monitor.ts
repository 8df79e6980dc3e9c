import type { SessionExpiring } from '../../src/protocol/events';
import type { SessionView } from '../../src/protocol/http';
import type { Environment } from './environment';
import type { ExpiringDetail } from './event-details';
import type { ServerClock } from './server-clock';

/** The server ends a session at the deadline, not before: ask a little after it. */
const CHECK_DELAY_MS = 300;
/** Between two questions about a deadline that has passed and of which the server says nothing new. */
const CHECK_RETRY_MS = 2_000;
/** Where the server's own warning was lost: enough time to read and answer (WCAG 2.2.1 asks for 20 s). */
const LOCAL_WARNING_MS = 30_000;
/** Sessions shorter than this are tests and demonstrations; there the server's warning alone speaks. */
const MIN_LIFETIME_FOR_LOCAL_WARNING_MS = 5 * 60_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ExpiryHooks {
  /** Local clocks only hint: what has really happened is the server's to say. */
  checkExpiry(): void;
  /** A deadline is near. */
  warn(detail: ExpiringDetail): void;
}

/** Keeps the deadlines of the session, by the server's clock. */
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

  /** The server's warning; taken only where it is about the session that we have. */
  warningReceived(event: SessionExpiring, session: SessionView | undefined): void {
    if (session?.id !== event.session_id) return;
    // Overtaken by an extension.
    if (Date.parse(event.expires_at) < Date.parse(session.expires_at)) return;
    this.warn({ reason: event.reason, expiresAt: event.expires_at });
  }

  /** The limit that the session has reached as far as we know, if it has. */
  expiredLimit(session: SessionView | undefined): ExpiringDetail['reason'] | null {
    if (!session || this.clock.until(session.expires_at) > 0) return null;
    return this.clock.until(session.absolute_expires_at) > 0 ? 'idle' : 'absolute';
  }

  stop(): void {
    for (const timer of [this.deadlineTimer, this.warningTimer]) if (timer !== undefined) this.env.clearTimeout(timer);
    this.deadlineTimer = undefined;
    this.warningTimer = undefined;
  }

  /** Once for each deadline, however often it comes. */
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
