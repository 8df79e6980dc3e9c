import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { type Deadlines, expiresAt } from '../session/expiry-policy';
import { SessionService } from '../session/session.service';

interface Watched {
  deadlines: Deadlines;
  warned: boolean;
  timer: NodeJS.Timeout;
}

/** A database that is away at the deadline is asked again after this; ms. */
const RETRY = 1000;

/** Watches the deadlines of the sessions that have a socket on this node. */
@Injectable()
export class ExpiryWatch implements OnApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private readonly logger = new Logger('Expiry');
  /** Called when the warning is due. */
  onExpiring: (sessionId: string, deadlines: Deadlines) => void = () => {};

  constructor(
    private readonly sessions: SessionService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Starts to watch the session, or takes note of its new deadlines. */
  watch(sessionId: string, deadlines: Deadlines): void {
    const known = this.watched.get(sessionId);
    const same = known && expiresAt(known.deadlines).getTime() === expiresAt(deadlines).getTime();
    if (same) return;
    clearTimeout(known?.timer);
    this.schedule(sessionId, { deadlines, warned: false });
  }

  /** As `watch`, for a session that is watched already. */
  extend(sessionId: string, deadlines: Deadlines): void {
    if (this.watched.has(sessionId)) this.watch(sessionId, deadlines);
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
    const next = warned ? expiresAt(deadlines) : this.warningAt(deadlines);
    const timer = setTimeout(() => this.fire(sessionId), wait ?? Math.max(0, this.until(next)));
    timer.unref();
    this.watched.set(sessionId, { deadlines, warned, timer });
  }

  /** What is known here may be old: the truth is asked before anything is done. */
  private async fire(sessionId: string): Promise<void> {
    const entry = this.watched.get(sessionId);
    if (!entry) return;
    try {
      const context = await this.sessions.getContext(sessionId);
      if (this.watched.get(sessionId) !== entry) return;
      if (!context) {
        // Ended here, or elsewhere; the event of that closes the sockets.
        this.unwatch(sessionId);
        await this.sessions.endIfExpired(sessionId);
      } else if (!entry.warned && this.isExpiring(context.session)) {
        this.schedule(sessionId, { deadlines: context.session, warned: true });
        this.onExpiring(sessionId, context.session);
      } else {
        const moved = expiresAt(context.session) > expiresAt(entry.deadlines);
        this.schedule(sessionId, { deadlines: context.session, warned: entry.warned && !moved });
      }
    } catch (error) {
      this.logger.warn(`Deadline not checked: ${(error as Error).message}`);
      if (this.watched.get(sessionId) === entry) this.schedule(sessionId, entry, RETRY);
    }
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
