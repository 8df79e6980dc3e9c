import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { describeError } from '../common/describe-error';
import type { EndReason } from '../protocol/events';
import { type Deadlines, expiresAt, expiryReason, isExpired } from '../session/expiry-policy';
import type { SessionContext } from '../session/session-context';
import { SessionLifecycleService } from '../session/session-lifecycle.service';

interface Watched {
  deadlines: Deadlines;
  warned: boolean;
  timer: NodeJS.Timeout;
}

/** Retry interval while the database is unavailable or the session's row is locked. */
const RETRY_MS = 1000;
/** Interval for rechecking a session after its warning: the extension event may be lost. */
const RECHECK_INTERVAL_MS = 10_000;

/** Deadlines are rounded up to this grid, so that sessions that are due together share their statements. */
export const GRID_MS = 50;

/** Callbacks that notify a session's sockets on this node. */
export interface ExpiryListener {
  /** The warning is due. */
  onExpiring(sessionId: string, deadlines: Deadlines): void;
  /** The session was extended, but the event was lost. */
  onExtended(sessionId: string, deadlines: Deadlines): void;
  /** The session has ended, but the event was lost. */
  onEnded(sessionId: string, reason: EndReason, at: Date): void;
}

/**
 * Watches the deadlines of sessions that have a socket on this node, of ours or of a host, until the last socket is
 * closed; tolerates lost events and database outages.
 */
@Injectable()
export class ExpiryWatch implements OnApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private readonly logger = new Logger('Expiry');
  listener: ExpiryListener | undefined;

  constructor(
    private readonly sessions: SessionLifecycleService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Starts watching. If the session is already watched, a later deadline is sent to its existing sockets. */
  watch(sessionId: string, deadlines: Deadlines): void {
    if (this.watched.has(sessionId)) {
      if (this.extend(sessionId, deadlines)) this.listener?.onExtended(sessionId, deadlines);
    } else this.schedule(sessionId, { deadlines, warned: false });
  }

  /** Updates the deadlines of a watched session. @returns whether they are later than the known ones */
  extend(sessionId: string, deadlines: Deadlines): boolean {
    const known = this.watched.get(sessionId);
    if (!known || expiresAt(deadlines) <= expiresAt(known.deadlines)) return false;
    this.schedule(sessionId, { deadlines, warned: false });
    return true;
  }

  unwatch(sessionId: string): void {
    clearTimeout(this.watched.get(sessionId)?.timer);
    this.watched.delete(sessionId);
  }

  /** Whether the expiry warning is already due. */
  isExpiring(deadlines: Deadlines): boolean {
    return this.until(this.warningAt(deadlines)) <= 0;
  }

  onApplicationShutdown(): void {
    for (const sessionId of [...this.watched.keys()]) this.unwatch(sessionId);
  }

  private schedule(sessionId: string, { deadlines, warned }: Omit<Watched, 'timer'>, delayMs?: number): void {
    clearTimeout(this.watched.get(sessionId)?.timer);
    const next = warned
      ? Math.min(this.until(expiresAt(deadlines)), RECHECK_INTERVAL_MS)
      : this.until(this.warningAt(deadlines));
    const timer = setTimeout(() => this.fire(sessionId), roundUpToGrid(delayMs ?? Math.max(0, next)));
    timer.unref();
    this.watched.set(sessionId, { deadlines, warned, timer });
  }

  /** The known deadlines may be outdated: reads the session before acting. */
  private async fire(sessionId: string): Promise<void> {
    const entry = this.watched.get(sessionId);
    if (!entry) return;
    try {
      const context = await this.sessions.expireIfDue(sessionId);
      // If this call ended the session, its event has already closed the sockets.
      if (this.watched.get(sessionId) === entry) this.compare(sessionId, entry, context);
    } catch (error) {
      this.logger.warn(`Checking a session deadline failed: ${describeError(error)}`);
      if (this.watched.get(sessionId) === entry) this.schedule(sessionId, entry, RETRY_MS);
    }
  }

  private compare(sessionId: string, entry: Watched, context: SessionContext | null): void {
    const now = this.clock.now();
    if (!context || context.session.endedAt) {
      this.unwatch(sessionId);
      const { endReason, endedAt } = context?.session ?? { endReason: expiryReason(entry.deadlines), endedAt: now };
      this.listener?.onEnded(sessionId, endReason ?? 'revoked', endedAt ?? now);
    } else if (isExpired(context.session, now)) {
      // Another transaction holds the row and is extending or ending the session.
      this.schedule(sessionId, entry, RETRY_MS);
    } else this.continueWatching(sessionId, entry, context.session);
  }

  private continueWatching(sessionId: string, entry: Watched, deadlines: Deadlines): void {
    const moved = expiresAt(deadlines) > expiresAt(entry.deadlines);
    if (moved) this.listener?.onExtended(sessionId, deadlines);
    const warned = entry.warned && !moved;
    const due = !warned && this.isExpiring(deadlines);
    this.schedule(sessionId, { deadlines, warned: warned || due });
    if (due) this.listener?.onExpiring(sessionId, deadlines);
  }

  private warningAt(deadlines: Deadlines): Date {
    // With a warning period as long as the idle timeout, the warning would always be due.
    const { expiryWarning, idleTimeout } = this.config;
    const lead = expiryWarning < idleTimeout ? expiryWarning : idleTimeout / 2;
    return new Date(expiresAt(deadlines).getTime() - lead);
  }

  private until(time: Date): number {
    return time.getTime() - this.clock.now().getTime();
  }
}

/** @returns a delay of at least `wait` that ends on a multiple of `GRID_MS`; ms */
export function roundUpToGrid(wait: number, now = Date.now()): number {
  return Math.ceil((now + wait) / GRID_MS) * GRID_MS - now;
}
