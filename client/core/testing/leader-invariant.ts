import type { Simulation } from './simulation';

/** When the leader is gone, another tab leads within this time; ms. */
const BOUND_MS = 2_000;

/** Checks that the tabs of a browser are not without a leader for long. */
export class LeaderInvariant {
  private leaderlessSince: number | null = null;

  constructor(private readonly simulation: Simulation) {}

  /** A tab, possibly the leader, was closed or stopped. */
  changed(): void {
    this.leaderlessSince = null;
  }

  look(now: number): void {
    const { simulation } = this;
    if (simulation.locks !== 'there') return;
    this.leaderlessSince = simulation.leader ? null : (this.leaderlessSince ?? now);
    // The last heartbeat may have been delayed.
    const bound = BOUND_MS + simulation.network.faults.delayMs;
    if (this.leaderlessSince === null || now - this.leaderlessSince <= bound) return;
    const heir = simulation.live.find(
      ({ tab, sync, checker, awakeSince }) =>
        !tab.frozen &&
        sync.getState() &&
        checker.liveSince !== null &&
        now - Math.max(awakeSince, checker.liveSince) > bound,
    );
    if (heir) simulation.fail(`${heir.tab.name} leads not, nor does another`);
  }
}
