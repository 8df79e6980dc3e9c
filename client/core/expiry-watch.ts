import type { SessionExpiring } from '../../src/protocol/events';
import type { SessionView } from '../../src/protocol/http';
import type { ExpiringDetail } from './details';
import type { Environment } from './environment';
import type { ServerClock } from './server-clock';

/** The server ends a session at the deadline, not before: ask a little after it. */
const GRACE_MS = 300;
/** Between two questions about a deadline that has passed and of which the server says nothing new. */
const ASK_AGAIN_MS = 2_000;
/** Where the server's own warning was lost: enough time to read and answer (WCAG 2.2.1 asks for 20 s). */
const LATE_WARNING_MS = 30_000;
/** Sessions shorter than this are tests and demonstrations; there the server's warning alone speaks. */
const WARN_FROM_LIFE_MS = 5 * 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ExpiryHooks {
  /** Local clocks only hint: what has really happened is the server's to say. */
  ask(): void;
  /** A deadline is near. */
  warn(detail: ExpiringDetail): void;
}

/** Keeps the deadlines of the session, by the server's clock. */
export class ExpiryWatch {
  private deadline: number | undefined;
  private warning: number | undefined;
  /** The warning that nobody has answered; for whoever comes too late to be told. */
  standing: ExpiringDetail | null = null;

  constructor(
    private readonly env: Environment,
    private readonly clock: ServerClock,
    private readonly hooks: ExpiryHooks,
  ) {}

  update(session: SessionView): void {
    this.stop();
    if (this.standing && Date.parse(session.expires_at) > Date.parse(this.standing.expiresAt)) this.standing = null;
    const left = this.clock.until(session.expires_at);
    const asked = left + GRACE_MS;
    this.deadline = this.after(asked > 0 ? asked : ASK_AGAIN_MS, () => this.due(session));
    const life = Date.parse(session.expires_at) - Date.parse(session.last_activity);
    if (left > 0 && life >= WARN_FROM_LIFE_MS) {
      this.warning = this.after(Math.max(0, left - LATE_WARNING_MS), () => this.warnLate(session));
    }
  }

  /** The server's warning; taken only where it is about the session that we have. */
  heard(event: SessionExpiring, session: SessionView | undefined): void {
    if (session?.id !== event.session_id) return;
    // It was overtaken: meanwhile somebody stayed.
    if (Date.parse(event.expires_at) < Date.parse(session.expires_at)) return;
    this.warn({ reason: event.reason, expiresAt: event.expires_at });
  }

  /** The limit that the session has reached as far as we know, if it has. */
  passed(session: SessionView | undefined): ExpiringDetail['reason'] | null {
    if (!session || this.clock.until(session.expires_at) > 0) return null;
    return this.clock.until(session.absolute_expires_at) > 0 ? 'idle' : 'absolute';
  }

  stop(): void {
    for (const timer of [this.deadline, this.warning]) if (timer !== undefined) this.env.clearTimeout(timer);
    this.deadline = undefined;
    this.warning = undefined;
  }

  /** Once for each deadline, however often it comes. */
  private warn(detail: ExpiringDetail): void {
    if (this.standing?.expiresAt === detail.expiresAt) return;
    this.standing = detail;
    this.hooks.warn(detail);
  }

  private due(session: SessionView): void {
    this.deadline = this.after(ASK_AGAIN_MS, () => this.due(session));
    this.hooks.ask();
  }

  private warnLate(session: SessionView): void {
    const reason = session.expires_at === session.absolute_expires_at ? 'absolute' : 'idle';
    this.warn({ reason, expiresAt: session.expires_at });
  }

  private after(ms: number, task: () => void): number {
    return this.env.setTimeout(task, Math.min(ms, LONGEST_TIMER_MS));
  }
}
