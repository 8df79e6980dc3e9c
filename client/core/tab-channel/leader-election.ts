import type { LockPort } from '../environment';

const LOCK = 'vedfolnir-leader';

export interface LeaderElectionHooks {
  elected(): void;
  /** Another tab has taken the lead; we wait in line again. */
  deposed(): void;
  /** The browser has locks and does not let us use them. */
  unavailable(): void;
}

interface Claim {
  abort: AbortController;
  /** Null while we wait. */
  release: (() => void) | null;
}

/** Who holds the lock leads, for as long as a promise is not resolved: a browser takes it from a tab that is gone. */
export class LeaderElection {
  private claim: Claim | null = null;

  constructor(
    private readonly locks: LockPort,
    private readonly hooks: LeaderElectionHooks,
  ) {}

  get isLeader(): boolean {
    return Boolean(this.claim?.release);
  }

  /** Waits in line behind the leader, and follows it at once when it goes. */
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
    // Granted in the moment that we left the line: it is given back at once.
    if (this.claim !== claim) return Promise.resolve();
    return new Promise((letGo) => {
      claim.release = letGo;
      this.hooks.elected();
    });
  }

  private lost(claim: Claim, { name }: Error): void {
    if (this.claim !== claim) return;
    if (claim.release) this.hooks.deposed();
    // Stolen, perhaps before we had it. Anything else means that there are no locks for us.
    if (name === 'AbortError') this.queue();
    else this.hooks.unavailable();
  }
}
