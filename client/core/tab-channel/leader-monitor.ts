import type { Environment } from '../environment';
import type { Heartbeat } from './messages';

/** Two beats missed. With the answer, a lock and a handshake still within 2 s; the tabs need not all ask at once. */
const HEARTBEAT_TIMEOUT_MS = 900;
const HEARTBEAT_TIMEOUT_JITTER_MS = 200;
/** A living leader answers from its message handler, which is not throttled in a hidden tab as timers are. */
const PROBE_TIMEOUT_MS = 350;
const PROBE_TIMEOUT_JITTER_MS = 150;
/** Three heartbeats: a leader that was silent for longer may be gone. */
const LEADER_LIVE_MS = 1_500;
/** So that a walk through the tabs does not make each of them the leader. */
const VISIBLE_TAKEOVER_MS = 300;
const VISIBLE_TAKEOVER_JITTER_MS = 200;

export interface LeaderMonitorHooks {
  /** Asks the leader whether it lives. */
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

  /** Whether the leader is there and has a socket: what the server says gets here by it. */
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

  /** The leader lives. */
  heartbeatReceived({ visible, connected }: Pick<Heartbeat, 'visible' | 'connected'>): void {
    this.leaderVisible = visible;
    this.leaderConnected = connected;
    this.lastHeartbeatAt = this.env.now();
    this.awaitHeartbeat();
    this.compareVisibility();
  }

  /** Whether we are seen, or whether the leader is, may have changed. */
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
