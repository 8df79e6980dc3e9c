import type { SessionView } from '../../src/protocol/http';
import type { Environment } from './environment';

const ACTIVITY_EVENTS = ['pointerdown', 'keydown'] as const;
/** Often enough for an idle limit of hours. */
const MAX_REPORT_INTERVAL_MS = 60_000;
/**
 * With a short idle limit, activity is reported ten times within it, so that the session of an active user does not
 * expire.
 */
const REPORTS_PER_IDLE_TIMEOUT = 10;

/** Reports user activity to the server, no more often than the idle limit requires. */
export class ActivityTracker {
  private lastReportAt = Number.NEGATIVE_INFINITY;
  private paused = false;

  constructor(
    private readonly env: Environment,
    private readonly session: () => SessionView | null,
    private readonly report: () => void,
  ) {}

  start(): void {
    for (const name of ACTIVITY_EVENTS)
      this.env.window.addEventListener(name, this.onActivity, { capture: true, passive: true });
  }

  stop(): void {
    for (const name of ACTIVITY_EVENTS) this.env.window.removeEventListener(name, this.onActivity, { capture: true });
  }

  /** While the expiry dialog is open, only its answer extends the session. */
  pause(paused: boolean): void {
    this.paused = paused;
  }

  private readonly onActivity = (event: Event): void => {
    const session = this.session();
    if (!session || this.paused || !this.env.isTrusted(event)) return;
    const since = this.env.now() - this.lastReportAt;
    if (since >= 0 && since < throttle(session)) return;
    this.lastReportAt = this.env.now();
    this.report();
  };
}

function throttle(session: SessionView): number {
  const idle = Date.parse(session.idle_expires_at) - Date.parse(session.last_activity);
  return Math.min(MAX_REPORT_INTERVAL_MS, Math.max(0, idle) / REPORTS_PER_IDLE_TIMEOUT);
}
