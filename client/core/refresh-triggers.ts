import type { Environment } from './environment';

export interface RefreshTriggersHooks {
  /** The page may be behind. @param stale the connection may be dead too */
  refresh(stale: boolean): void;
  /** Restored from the back/forward cache: nothing that is shown may be trusted. */
  pageRestored(): void;
  /** Entering the back/forward cache, or frozen: the page must give up its socket and the leadership. */
  pageSuspended(): void;
  /** The state has not been read for a while. */
  poll(): void;
  offline(): void;
  /** Whether this tab receives the states that the leader reads. */
  isFollower(): boolean;
}

const TICK_MS = 5_000;
/** A tick that is this late means that the computer was asleep or the page frozen. */
const SLEEP_THRESHOLD_MS = 4_000;
/** With the jitter, the response timeout and one more request this stays within 15 s. */
const POLL_MS = 8_500;
const POLL_JITTER_MS = 1_500;
/** A follower waits for the leader's poll, whose result it receives; its own would go over HTTP. */
const FOLLOWER_POLL_DELAY_MS = 1_500;
/** Used until the first response. */
const RETRY_MS = 2_000;

/** Everything that makes a page read the state again. None of it counts as user activity. */
export class RefreshTriggers {
  private cleanups: (() => void)[] = [];
  private tick: number | undefined;
  private pollTimer: number | undefined;
  private retryTimer: number | undefined;
  private tickedAt = 0;

  constructor(
    private readonly env: Environment,
    private readonly hooks: RefreshTriggersHooks,
  ) {}

  start(): void {
    if (this.cleanups.length > 0) return;
    const { window, document } = this.env;
    this.on(document, 'visibilitychange', () => this.visibilityChanged());
    this.on(document, 'freeze', () => this.hooks.pageSuspended());
    this.on(document, 'resume', () => this.hooks.refresh(true));
    this.on(window, 'pageshow', (event) => {
      if ((event as Partial<PageTransitionEvent>).persisted) this.hooks.pageRestored();
    });
    this.on(window, 'pagehide', (event) => {
      if ((event as Partial<PageTransitionEvent>).persisted) this.hooks.pageSuspended();
    });
    this.on(window, 'online', () => this.hooks.refresh(true));
    this.on(window, 'offline', () => this.hooks.offline());
    this.resume();
  }

  stop(): void {
    for (const undo of this.cleanups.splice(0)) undo();
    this.pause();
    if (this.retryTimer !== undefined) this.env.clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
  }

  /** There is no state yet, and no push will bring one, so a hidden page retries as well. */
  retry(): void {
    this.retryTimer ??= this.env.setTimeout(() => {
      this.retryTimer = undefined;
      this.hooks.poll();
    }, RETRY_MS);
  }

  /** The whole state has just been read, so the next poll waits its full interval. */
  stateRead(): void {
    if (this.pollTimer !== undefined) this.schedulePoll();
  }

  /**
   * Call before a request: after a sleep, a click may come before the tick that detects the sleep, and a hidden page
   * has no tick.
   */
  detectSleep(): void {
    const now = this.env.now();
    if (now - this.tickedAt <= TICK_MS + SLEEP_THRESHOLD_MS) return;
    this.tickedAt = now;
    this.hooks.refresh(true);
  }

  private visibilityChanged(): void {
    this.pause();
    if (this.env.document.visibilityState !== 'visible') return;
    this.resume();
    this.hooks.refresh(false);
  }

  /** Only a visible page polls: a hidden one reads when it is shown again. */
  private resume(): void {
    if (this.env.document.visibilityState !== 'visible') return;
    this.schedulePoll();
    this.scheduleTick();
  }

  private pause(): void {
    for (const timer of [this.tick, this.pollTimer]) if (timer !== undefined) this.env.clearTimeout(timer);
    this.tick = undefined;
    this.pollTimer = undefined;
  }

  private schedulePoll(): void {
    if (this.pollTimer !== undefined) this.env.clearTimeout(this.pollTimer);
    const delay = POLL_MS + (this.hooks.isFollower() ? FOLLOWER_POLL_DELAY_MS : 0) + this.env.random() * POLL_JITTER_MS;
    this.pollTimer = this.env.setTimeout(() => {
      this.schedulePoll();
      this.hooks.poll();
    }, delay);
  }

  private scheduleTick(): void {
    this.tickedAt = this.env.now();
    this.tick = this.env.setTimeout(() => {
      const late = this.env.now() - this.tickedAt - TICK_MS;
      this.scheduleTick();
      // An early tick counts, too: the browser's clock was set, and deadlines computed with the old one are wrong.
      if (Math.abs(late) > SLEEP_THRESHOLD_MS) this.hooks.refresh(true);
    }, TICK_MS);
  }

  private on(target: EventTarget, name: string, listener: (event: Event) => void): void {
    target.addEventListener(name, listener);
    this.cleanups.push(() => target.removeEventListener(name, listener));
  }
}
