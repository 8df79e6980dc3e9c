import type { Environment } from '../environment';
import type { Heartbeat } from './messages';

/**
 * About two heartbeat intervals. With the probe, a lock and a handshake this stays within 2 s; the jitter keeps the
 * tabs from probing all at once.
 */
const HEARTBEAT_TIMEOUT_MS = 900;
const HEARTBEAT_TIMEOUT_JITTER_MS = 200;
/** A live leader answers from its message handler, which is not throttled in a hidden tab as timers are. */
const PROBE_TIMEOUT_MS = 350;
const PROBE_TIMEOUT_JITTER_MS = 150;
/** Three heartbeat intervals: a leader that was silent for longer may be gone. */
const LEADER_LIVE_MS = 1_500;
/** Prevents each tab from becoming the leader when the user steps through the tabs. */
const VISIBLE_TAKEOVER_MS = 300;
const VISIBLE_TAKEOVER_JITTER_MS = 200;

export interface LeaderMonitorHooks {
  /** Asks the leader for a heartbeat. */
  probe(): void;
  takeOver(): void;
}

/** Replaces a leader that is frozen, or that is hidden while this tab is visible. */
export class LeaderMonitor {
  private silenceTimer: number | undefined;
  private visibleTimer: number | undefined;
  private leaderVisible = true;
  private leaderConnected = false;
  private lastHeartbeatAt = 0;

  constructor(
    private readonly env: Environment,
    private readonly hooks: LeaderMonitorHooks,
  ) {}

  /** Whether the leader is alive and has a socket, so that pushes reach this tab. */
  get live(): boolean {
    const age = this.env.now() - this.lastHeartbeatAt;
    return this.leaderConnected && age >= 0 && age < LEADER_LIVE_MS;
  }

  start(): void {
    this.leaderVisible = true;
    this.awaitHeartbeat();
  }

  stop(): void {
    for (const timer of [this.silenceTimer, this.visibleTimer]) if (timer !== undefined) this.env.clearTimeout(timer);
    this.silenceTimer = undefined;
    this.visibleTimer = undefined;
  }

  /** The leader is alive. */
  heartbeatReceived({ visible, connected }: Pick<Heartbeat, 'visible' | 'connected'>): void {
    this.leaderVisible = visible;
    this.leaderConnected = connected;
    this.lastHeartbeatAt = this.env.now();
    this.awaitHeartbeat();
    this.compareVisibility();
  }

  /** Call when the visibility of this tab or of the leader may have changed. */
  compareVisibility(): void {
    const better = !this.leaderVisible && this.env.document.visibilityState === 'visible';
    if (better) {
      this.visibleTimer ??= this.after(VISIBLE_TAKEOVER_MS, VISIBLE_TAKEOVER_JITTER_MS, () => this.takeOver());
    } else if (this.visibleTimer !== undefined) {
      this.env.clearTimeout(this.visibleTimer);
      this.visibleTimer = undefined;
    }
  }

  private awaitHeartbeat(): void {
    this.restartSilenceTimer(HEARTBEAT_TIMEOUT_MS, HEARTBEAT_TIMEOUT_JITTER_MS, () => {
      this.restartSilenceTimer(PROBE_TIMEOUT_MS, PROBE_TIMEOUT_JITTER_MS, () => this.takeOver());
      this.hooks.probe();
    });
  }

  private takeOver(): void {
    this.stop();
    this.start();
    this.hooks.takeOver();
  }

  private restartSilenceTimer(ms: number, jitter: number, otherwise: () => void): void {
    if (this.silenceTimer !== undefined) this.env.clearTimeout(this.silenceTimer);
    this.silenceTimer = this.after(ms, jitter, otherwise);
  }

  private after(ms: number, jitter: number, task: () => void): number {
    return this.env.setTimeout(task, ms + this.env.random() * jitter);
  }
}
