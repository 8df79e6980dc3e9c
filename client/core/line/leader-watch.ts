import type { Environment } from '../environment';
import type { Beat } from './words';

/** Two beats missed. With the answer, a lock and a handshake still within 2 s; the tabs need not all ask at once. */
const SILENCE_MS = 900;
const SILENCE_JITTER_MS = 200;
/** A living leader answers from its message handler, which is not throttled in a hidden tab as timers are. */
const ANSWER_MS = 350;
const ANSWER_JITTER_MS = 150;
/** Three beats: a leader that was not heard for longer may be gone. */
const LIVE_FOR_MS = 1_500;
/** So that a walk through the tabs does not make each of them the leader. */
const SEEN_MS = 300;
const SEEN_JITTER_MS = 200;

export interface LeaderWatchHooks {
  /** Asks the leader whether it lives. */
  probe(): void;
  takeOver(): void;
}

/** A follower's eye on the leader: one that is frozen, or that nobody sees while we are seen, is replaced. */
export class LeaderWatch {
  private silence: number | undefined;
  private seen: number | undefined;
  private leaderVisible = true;
  private leaderConnected = false;
  private heardAt = 0;

  constructor(
    private readonly env: Environment,
    private readonly hooks: LeaderWatchHooks,
  ) {}

  /** Whether the leader is there and has a socket: what the server says gets here by it. */
  get live(): boolean {
    const age = this.env.now() - this.heardAt;
    return this.leaderConnected && age >= 0 && age < LIVE_FOR_MS;
  }

  start(): void {
    this.leaderVisible = true;
    this.listen();
  }

  stop(): void {
    for (const timer of [this.silence, this.seen]) if (timer !== undefined) this.env.clearTimeout(timer);
    this.silence = undefined;
    this.seen = undefined;
  }

  /** The leader lives. */
  heard({ visible, connected }: Pick<Beat, 'visible' | 'connected'>): void {
    this.leaderVisible = visible;
    this.leaderConnected = connected;
    this.heardAt = this.env.now();
    this.listen();
    this.compare();
  }

  /** Whether we are seen, or whether the leader is, may have changed. */
  compare(): void {
    const better = !this.leaderVisible && this.env.document.visibilityState === 'visible';
    if (better) {
      this.seen ??= this.after(SEEN_MS, SEEN_JITTER_MS, () => this.takeOver());
    } else if (this.seen !== undefined) {
      this.env.clearTimeout(this.seen);
      this.seen = undefined;
    }
  }

  private listen(): void {
    this.expect(SILENCE_MS, SILENCE_JITTER_MS, () => {
      this.expect(ANSWER_MS, ANSWER_JITTER_MS, () => this.takeOver());
      this.hooks.probe();
    });
  }

  private takeOver(): void {
    this.stop();
    this.start();
    this.hooks.takeOver();
  }

  private expect(ms: number, jitter: number, otherwise: () => void): void {
    if (this.silence !== undefined) this.env.clearTimeout(this.silence);
    this.silence = this.after(ms, jitter, otherwise);
  }

  private after(ms: number, jitter: number, task: () => void): number {
    return this.env.setTimeout(task, ms + this.env.random() * jitter);
  }
}
