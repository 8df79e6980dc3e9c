import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import { describeError } from '../common/describe-error';
import type { EndReason } from '../protocol/events';
import { type Deadlines, expiresAt, expiryReason, isExpired } from '../session/expiry-policy';
import { SessionService } from '../session/session.service';
import type { SessionContext } from '../session/session-context';

interface Watched {
  deadlines: Deadlines;
  warned: boolean;
  timer: NodeJS.Timeout;
}

/** A database that is away at the deadline is asked again after this; ms. */
const RETRY = 1000;
/** A session that was warned of its end is looked at this often: the word of its extension may be lost; ms. */
const LOOK_AGAIN = 10_000;

/** Sessions whose time comes within this share their statements; it delays each by as much at the most. */
export const TOGETHER_MS = 50;

/** What this node's sockets of a session are to be told. */
export interface ExpiryListener {
  /** The warning is due. */
  onExpiring(sessionId: string, deadlines: Deadlines): void;
  /** It was extended, and no message said so. */
  onExtended(sessionId: string, deadlines: Deadlines): void;
  /** It has ended, and no message said so. */
  onEnded(sessionId: string, reason: EndReason, at: Date): void;
}

/**
 * Watches the deadlines of the sessions that have a socket on this node. Each of them is looked after until its last
 * socket is gone, whatever message was lost and however often the database was away.
 */
@Injectable()
export class ExpiryWatch implements OnApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private readonly logger = new Logger('Expiry');
  listener: ExpiryListener | undefined;

  constructor(
    private readonly sessions: SessionService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Starts to watch the session. What a new socket shows of it may be news to those that are here already. */
  watch(sessionId: string, deadlines: Deadlines): void {
    if (this.watched.has(sessionId)) {
      if (this.extend(sessionId, deadlines)) this.listener?.onExtended(sessionId, deadlines);
    } else this.schedule(sessionId, { deadlines, warned: false });
  }

  /** Takes note of the new deadlines of a session that is watched. @returns whether they were news */
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

  /** Whether the warning for these deadlines is due already. */
  isExpiring(deadlines: Deadlines): boolean {
    return this.until(this.warningAt(deadlines)) <= 0;
  }

  onApplicationShutdown(): void {
    for (const sessionId of [...this.watched.keys()]) this.unwatch(sessionId);
  }

  private schedule(sessionId: string, { deadlines, warned }: Omit<Watched, 'timer'>, wait?: number): void {
    clearTimeout(this.watched.get(sessionId)?.timer);
    const next = warned
      ? Math.min(this.until(expiresAt(deadlines)), LOOK_AGAIN)
      : this.until(this.warningAt(deadlines));
    const timer = setTimeout(() => this.fire(sessionId), untilTogether(wait ?? Math.max(0, next)));
    timer.unref();
    this.watched.set(sessionId, { deadlines, warned, timer });
  }

  /** What is known here may be old: the truth is asked before anything is done. */
  private async fire(sessionId: string): Promise<void> {
    const entry = this.watched.get(sessionId);
    if (!entry) return;
    try {
      const context = await this.sessions.expireIfDue(sessionId);
      // Where this ended it, the event of that has closed the sockets by now.
      if (this.watched.get(sessionId) === entry) this.compare(sessionId, entry, context);
    } catch (error) {
      this.logger.warn(`Deadline not checked: ${describeError(error)}`);
      if (this.watched.get(sessionId) === entry) this.schedule(sessionId, entry, RETRY);
    }
  }

  private compare(sessionId: string, entry: Watched, context: SessionContext | null): void {
    const now = this.clock.now();
    if (!context || context.session.endedAt) {
      this.unwatch(sessionId);
      const { endReason, endedAt } = context?.session ?? { endReason: expiryReason(entry.deadlines), endedAt: now };
      this.listener?.onEnded(sessionId, endReason ?? 'revoked', endedAt ?? now);
    } else if (isExpired(context.session, now)) {
      // Somebody else holds it: it will be extended or ended in a moment.
      this.schedule(sessionId, entry, RETRY);
    } else this.goOn(sessionId, entry, context.session);
  }

  private goOn(sessionId: string, entry: Watched, deadlines: Deadlines): void {
    const moved = expiresAt(deadlines) > expiresAt(entry.deadlines);
    if (moved) this.listener?.onExtended(sessionId, deadlines);
    const warned = entry.warned && !moved;
    const due = !warned && this.isExpiring(deadlines);
    this.schedule(sessionId, { deadlines, warned: warned || due });
    if (due) this.listener?.onExpiring(sessionId, deadlines);
  }

  private warningAt(deadlines: Deadlines): Date {
    // A warning longer than the idle limit itself would never be off.
    const { expiryWarning, idleTimeout } = this.config;
    const lead = expiryWarning < idleTimeout ? expiryWarning : idleTimeout / 2;
    return new Date(expiresAt(deadlines).getTime() - lead);
  }

  private until(time: Date): number {
    return time.getTime() - this.clock.now().getTime();
  }
}

/** @returns `wait` and as much more as leads to a moment that other sessions wait for too; ms */
export function untilTogether(wait: number, now = Date.now()): number {
  return Math.ceil((now + wait) / TOGETHER_MS) * TOGETHER_MS - now;
}
