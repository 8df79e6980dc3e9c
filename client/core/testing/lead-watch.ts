import type { World } from './world';

/** When the leader is gone, another leads within this; ms. */
const BOUND_MS = 2_000;

/** Sees to it that the tabs of a browser are not long without one that leads. */
export class LeadWatch {
  private withoutSince: number | null = null;

  constructor(private readonly world: World) {}

  /** A tab came to an end or was stopped, the leader perhaps. */
  changed(): void {
    this.withoutSince = null;
  }

  look(now: number): void {
    const { world } = this;
    if (world.locks !== 'there') return;
    this.withoutSince = world.leader ? null : (this.withoutSince ?? now);
    // The last beat may have been long on its way.
    const bound = BOUND_MS + world.network.trouble.delayMs;
    if (this.withoutSince === null || now - this.withoutSince <= bound) return;
    const heir = world.live.find(
      ({ tab, sync, witness, awakeSince }) =>
        !tab.frozen &&
        sync.getState() &&
        witness.liveSince !== null &&
        now - Math.max(awakeSince, witness.liveSince) > bound,
    );
    if (heir) world.fail(`${heir.tab.name} leads not, nor does another`);
  }
}
