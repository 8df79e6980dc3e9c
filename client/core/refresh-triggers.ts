import type { Environment } from './environment';

export interface RefreshTriggersHooks {
  /** The page may be behind. @param stale the connection may be dead too */
  refresh(stale: boolean): void;
  /** Back from the browser's cache of whole pages: nothing shown may be trusted. */
  pageRestored(): void;
  /** Into that cache, or frozen: an open socket has no place there, nor has the lead. */
  pageSuspended(): void;
  /** The state was not read for a while. */
  poll(): void;
  offline(): void;
  /** Whether this tab receives what the leader reads. */
  isFollower(): boolean;
}

const TICK_MS = 5_000;
/** A tick this late means that the computer slept or the page was frozen. */
const SLEEP_THRESHOLD_MS = 4_000;
/** With the jitter, the answer's timeout and one more request still within 15 s. */
const POLL_MS = 8_500;
const POLL_JITTER_MS = 1_500;
/** A follower waits for the leader's poll, whose result it receives; its own would go over HTTP. */
const FOLLOWER_POLL_DELAY_MS = 1_500;
/** While no first answer has come. */
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

  /** There is no state yet, and no push will bring it: a hidden page asks again soon, too. */
  retry(): void {
    this.retryTimer ??= this.env.setTimeout(() => {
      this.retryTimer = undefined;
      this.hooks.poll();
    }, RETRY_MS);
  }

  /** The whole state has just been read: the next poll can wait its full time. */
  stateRead(): void {
    if (this.pollTimer !== undefined) this.schedulePoll();
  }

  /**
   * For who is about to send: after a sleep the person's click may come before the tick that notices it, and a page that
   * nobody sees does not tick.
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
      // Early as well: the browser's clock was set, and deadlines computed with the old one are wrong.
      if (Math.abs(late) > SLEEP_THRESHOLD_MS) this.hooks.refresh(true);
    }, TICK_MS);
  }

  private on(target: EventTarget, name: string, listener: (event: Event) => void): void {
    target.addEventListener(name, listener);
    this.cleanups.push(() => target.removeEventListener(name, listener));
  }
}
