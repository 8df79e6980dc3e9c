import type { Simulation } from './simulation';

/** When the leader is gone, another leads within this; ms. */
const BOUND_MS = 2_000;

/** Sees to it that the tabs of a browser are not long without one that leads. */
export class LeaderInvariant {
  private leaderlessSince: number | null = null;

  constructor(private readonly simulation: Simulation) {}

  /** A tab came to an end or was stopped, the leader perhaps. */
  changed(): void {
    this.leaderlessSince = null;
  }

  look(now: number): void {
    const { simulation } = this;
    if (simulation.locks !== 'there') return;
    this.leaderlessSince = simulation.leader ? null : (this.leaderlessSince ?? now);
    // The last beat may have been long on its way.
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
