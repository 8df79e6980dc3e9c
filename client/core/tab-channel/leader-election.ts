import type { LockPort } from '../environment';

const LOCK = 'vedfolnir-leader';

export interface LeaderElectionHooks {
  elected(): void;
  /** Another tab has taken the leadership; this one queues again. */
  deposed(): void;
  /** The browser has locks, but refuses to grant them. */
  unavailable(): void;
}

interface Claim {
  abort: AbortController;
  /** Null while queued. */
  release: (() => void) | null;
}

/**
 * The holder of a lock is the leader for as long as a promise is unresolved: the browser releases the lock of a tab
 * that is gone.
 */
export class LeaderElection {
  private claim: Claim | null = null;

  constructor(
    private readonly locks: LockPort,
    private readonly hooks: LeaderElectionHooks,
  ) {}

  get isLeader(): boolean {
    return Boolean(this.claim?.release);
  }

  /** Queues behind the leader, and takes over as soon as the lock is released. */
  queue(): void {
    this.request(false);
  }

  /** Takes the lock from the tab that holds it. */
  steal(): void {
    this.request(true);
  }

  stop(): void {
    const { claim } = this;
    this.claim = null;
    if (claim?.release) claim.release();
    else claim?.abort.abort();
  }

  private request(steal: boolean): void {
    this.stop();
    const claim: Claim = { abort: new AbortController(), release: null };
    this.claim = claim;
    const how = steal ? { steal: true as const } : { signal: claim.abort.signal };
    this.locks.request(LOCK, how, () => this.held(claim)).catch((error: Error) => this.lost(claim, error));
  }

  private held(claim: Claim): Promise<void> {
    // Granted after the request was given up: released at once.
    if (this.claim !== claim) return Promise.resolve();
    return new Promise((letGo) => {
      claim.release = letGo;
      this.hooks.elected();
    });
  }

  private lost(claim: Claim, { name }: Error): void {
    if (this.claim !== claim) return;
    if (claim.release) this.hooks.deposed();
    // Stolen, possibly before we had it. Any other error means that locks are unavailable.
    if (name === 'AbortError') this.queue();
    else this.hooks.unavailable();
  }
}
