/**
 * One random life of a browser: tabs that open, close, freeze and hide, a network that loses, doubles and reorders,
 * changes made here and elsewhere, another sign-in, the end of a session. Then the faults stop, and every tab must
 * become up to date; then one scenario runs, whose event the core must handle at once. Each tab has an invariant
 * checker throughout.
 */

import { pendingReads, wrongConnections, wrongLeader, wrongState } from './convergence';
import { NO_FAULTS } from './fake-network';
import { SCENARIOS } from './scenarios';
import { type SimulatedTab, Simulation, type Stop } from './simulation';

/** Every visible tab is up to date within this time, whatever happened before; ms. */
const BOUND_MS = 15_000;
/** A dead socket that reports nothing is detected and replaced within this time; until then the tabs use HTTP; ms. */
const LINE_BOUND_MS = 20_000;
const LOOK_EVERY_MS = 250;
/** Longest delay of pushes and of messages between tabs. */
const MOST_DELAY_MS = 800;

export class Schedule {
  private readonly simulation: Simulation;
  private trial = 'life';

  constructor(private readonly seed: number) {
    this.simulation = new Simulation(seed);
  }

  /** @returns the problem; null if there is none */
  async run(): Promise<string | null> {
    const problem = await this.lived();
    return problem && `${this.trial}: ${problem}`;
  }

  private async lived(): Promise<string | null> {
    const { simulation } = this;
    await this.live();
    const wrong = simulation.problem ?? (await this.becomeRight());
    if (wrong || !simulation.network.isLive(simulation.network.cookie)) return wrong ?? simulation.finish();
    while (simulation.live.length < 2) {
      simulation.room();
      simulation.open();
    }
    return (
      (await this.becomeRight()) ??
      (await this.rest()) ??
      (await this.tried()) ??
      (await this.becomeRight()) ??
      simulation.finish()
    );
  }

  private async rest(): Promise<string | null> {
    const { simulation } = this;
    await simulation.pass(MOST_DELAY_MS);
    return simulation.within(
      BOUND_MS,
      () => pendingReads(simulation) ?? wrongState(simulation) ?? wrongConnections(simulation),
    );
  }

  private async tried(): Promise<string | null> {
    const { simulation } = this;
    if (simulation.socketless) return this.askedAlone();
    const names = Object.keys(SCENARIOS);
    this.trial = names[this.seed % names.length] as string;
    return (await SCENARIOS[this.trial]?.(simulation)) ?? simulation.problem;
  }

  /** Without sockets: the scenarios are about pushes, so only the poll is checked. */
  private async askedAlone(): Promise<string | null> {
    const { simulation } = this;
    this.trial = 'without sockets';
    simulation.change();
    return simulation.within(BOUND_MS, () => wrongState(simulation), LOOK_EVERY_MS);
  }

  private async live(): Promise<void> {
    const { simulation } = this;
    for (let count = 2 + simulation.below(2); count > 0; count--) this.open();
    await simulation.pass(simulation.below(500));
    const loss = simulation.random() * 0.4;
    const doubling = simulation.random() * 0.4;
    simulation.network.faults = { loss, doubling, delayMs: simulation.below(MOST_DELAY_MS), lostAnswers: loss / 4 };
    for (let step = 3 + simulation.below(7); step > 0 && !simulation.problem; step--) {
      this.act();
      await simulation.pass(simulation.below(700));
    }
    // A tab in an abandoned session is not notified of the end of another one.
    if (simulation.random() < 0.05 && !simulation.network.sessionAbandoned)
      simulation.network.end(simulation.network.cookie, 'revoked');
    this.heal();
  }

  private act(): void {
    const { simulation } = this;
    const { network } = simulation;
    const one = simulation.any(simulation.live);
    const kind = simulation.random();
    if (kind < 0.26 || !one) simulation.change();
    else if (kind < 0.39) this.choose(one);
    else if (kind < 0.49)
      simulation.stop(one, simulation.any(['freeze', 'pagehide', 'untold', 'untold'] as Stop[]) as Stop);
    else if (kind < 0.55) simulation.resume(one);
    else if (kind < 0.63) simulation.show(one, one.tab.document.visibilityState === 'visible' ? 'hidden' : 'visible');
    else if (kind < 0.68) simulation.close(simulation.random() < 0.5 ? (simulation.leader ?? one) : one);
    else if (kind < 0.69) simulation.destroy(one);
    else if (kind < 0.76) this.open();
    else if (kind < 0.79) simulation.hangUp();
    else if (kind < 0.83) for (const socket of network.sockets) socket.die();
    else if (kind < 0.87) simulation.connect(!network.up);
    else if (kind < 0.9) simulation.sleep(simulation.below(60_000));
    else if (kind < 0.93) this.signIn();
    else if (kind < 0.94) simulation.server.tokens += 1;
    else if (kind < 0.98) one.tab.run(() => one.tab.window.dispatchEvent(new Event('keydown')));
    else one.tab.run(() => one.sync.isFresh() && one.checker.isBlind && one.checker.fail('counts as fresh, unlooked'));
  }

  private choose(one: SimulatedTab): void {
    const { simulation } = this;
    const id = simulation.random() < 0.2 ? 0 : (simulation.any(simulation.server.platforms)?.id ?? 0);
    simulation.choose(one, id, simulation.random() < 0.5 ? 'all' : 'session');
  }

  /** The previous session is ended or abandoned. Without a channel a tab keeps a session that is still valid. */
  private signIn(): void {
    const { simulation } = this;
    if (simulation.signIn(simulation.locks !== 'there' || simulation.random() < 0.5)) this.open();
  }

  private open(): void {
    const one = this.simulation.open();
    if (one && this.simulation.random() < 0.3) one.tab.show('hidden');
  }

  private heal(): void {
    const { simulation } = this;
    simulation.network.faults = NO_FAULTS;
    if (!simulation.network.up) simulation.connect(true);
    for (const one of [...simulation.tabs]) simulation.resume(one);
    // The tabs learn that a session was abandoned from a page of the next one.
    if (simulation.network.sessionAbandoned) {
      simulation.room();
      this.open();
    }
  }

  private async becomeRight(): Promise<string | null> {
    const { simulation } = this;
    await simulation.pass(1);
    const failed = await simulation.within(
      BOUND_MS,
      () => wrongState(simulation, simulation.seen) ?? wrongLeader(simulation),
      LOOK_EVERY_MS,
    );
    if (failed) return failed;
    // A hidden page may be behind until it is shown.
    for (const one of simulation.live)
      if (one.tab.document.visibilityState === 'hidden') simulation.show(one, 'visible');
    return simulation.within(
      LINE_BOUND_MS,
      () => wrongState(simulation) ?? wrongConnections(simulation),
      LOOK_EVERY_MS,
    );
  }
}
