/**
 * One random life of a browser: tabs that come, go, freeze and hide, a network that loses, doubles and reorders, changes
 * made here and elsewhere, another sign-in, the end of a session. Then it is quiet, and every tab must be right; then it
 * is tried with one thing more, alone, that the core must bear at once. All the while each tab has its witness.
 */
import { NO_TROUBLE } from './fake-network';
import { unrest, wrongLeader, wrongLine, wrongState } from './rest';
import { TRIALS } from './trials';
import { type Stop, type Watched, World } from './world';

/** Within this every tab that is seen is right, however things stood before; ms. */
const BOUND_MS = 15_000;
/** Within this a dead socket that says nothing is found out and replaced; until then the tabs ask over HTTP. */
const LINE_BOUND_MS = 20_000;
const LOOK_EVERY_MS = 250;
/** Of what is pushed, or said between tabs. */
const MOST_DELAY_MS = 800;

export class Schedule {
  private readonly world: World;
  private trial = 'life';

  constructor(private readonly seed: number) {
    this.world = new World(seed);
  }

  /** @returns what went wrong; null when nothing did */
  async run(): Promise<string | null> {
    const problem = await this.lived();
    return problem && `${this.trial}: ${problem}`;
  }

  private async lived(): Promise<string | null> {
    const { world } = this;
    await this.live();
    const wrong = world.problem ?? (await this.becomeRight());
    if (wrong || !world.network.lives(world.network.cookie)) return wrong ?? world.finish();
    while (world.live.length < 2) {
      world.room();
      world.open();
    }
    return (
      (await this.becomeRight()) ??
      (await this.rest()) ??
      (await this.tried()) ??
      (await this.becomeRight()) ??
      world.finish()
    );
  }

  private async rest(): Promise<string | null> {
    const { world } = this;
    await world.pass(MOST_DELAY_MS);
    return world.within(BOUND_MS, () => unrest(world) ?? wrongState(world) ?? wrongLine(world));
  }

  private async tried(): Promise<string | null> {
    const { world } = this;
    if (world.socketless) return this.askedAlone();
    const names = Object.keys(TRIALS);
    this.trial = names[this.seed % names.length] as string;
    return (await TRIALS[this.trial]?.(world)) ?? world.problem;
  }

  /** The trials are about what is told at once. */
  private async askedAlone(): Promise<string | null> {
    const { world } = this;
    this.trial = 'without sockets';
    world.change();
    return world.within(BOUND_MS, () => wrongState(world), LOOK_EVERY_MS);
  }

  private async live(): Promise<void> {
    const { world } = this;
    for (let count = 2 + world.below(2); count > 0; count--) this.open();
    await world.pass(world.below(500));
    const loss = world.random() * 0.4;
    const doubling = world.random() * 0.4;
    world.network.trouble = { loss, doubling, delayMs: world.below(MOST_DELAY_MS), lostAnswers: loss / 4 };
    for (let step = 3 + world.below(7); step > 0 && !world.problem; step--) {
      this.act();
      await world.pass(world.below(700));
    }
    // A tab in a session that was only left does not hear of the end of another.
    if (world.random() < 0.05 && !world.network.forsaken) world.network.end(world.network.cookie, 'revoked');
    this.heal();
  }

  private act(): void {
    const { world } = this;
    const { network } = world;
    const one = world.any(world.live);
    const kind = world.random();
    if (kind < 0.26 || !one) world.change();
    else if (kind < 0.39) this.choose(one);
    else if (kind < 0.49) world.stop(one, world.any(['freeze', 'pagehide', 'untold', 'untold'] as Stop[]) as Stop);
    else if (kind < 0.55) world.resume(one);
    else if (kind < 0.63) world.show(one, one.tab.document.visibilityState === 'visible' ? 'hidden' : 'visible');
    else if (kind < 0.68) world.close(world.random() < 0.5 ? (world.leader ?? one) : one);
    else if (kind < 0.69) world.destroy(one);
    else if (kind < 0.76) this.open();
    else if (kind < 0.79) world.hangUp();
    else if (kind < 0.83) for (const socket of network.sockets) socket.die();
    else if (kind < 0.87) world.connect(!network.up);
    else if (kind < 0.9) world.sleep(world.below(60_000));
    else if (kind < 0.93) this.signIn();
    else if (kind < 0.94) world.server.tokens += 1;
    else if (kind < 0.98) one.tab.run(() => one.tab.window.dispatchEvent(new Event('keydown')));
    else one.tab.run(() => one.sync.isFresh() && one.witness.isBlind && one.witness.fail('counts as fresh, unlooked'));
  }

  private choose(one: Watched): void {
    const { world } = this;
    const id = world.random() < 0.2 ? 0 : (world.any(world.server.platforms)?.id ?? 0);
    world.choose(one, id, world.random() < 0.5 ? 'all' : 'session');
  }

  /** The session before it is ended, or only left. Without a channel a tab stays with one that lives. */
  private signIn(): void {
    const { world } = this;
    if (world.signIn(world.locks !== 'there' || world.random() < 0.5)) this.open();
  }

  private open(): void {
    const one = this.world.open();
    if (one && this.world.random() < 0.3) one.tab.show('hidden');
  }

  private heal(): void {
    const { world } = this;
    world.network.trouble = NO_TROUBLE;
    if (!world.network.up) world.connect(true);
    for (const one of [...world.tabs]) world.resume(one);
    // A session that was only left is known to be so by the page of the next one.
    if (world.network.forsaken) {
      world.room();
      this.open();
    }
  }

  private async becomeRight(): Promise<string | null> {
    const { world } = this;
    await world.pass(1);
    const failed = await world.within(
      BOUND_MS,
      () => wrongState(world, world.seen) ?? wrongLeader(world),
      LOOK_EVERY_MS,
    );
    if (failed) return failed;
    // A page that nobody sees may be behind, until it is shown.
    for (const one of world.live) if (one.tab.document.visibilityState === 'hidden') world.show(one, 'visible');
    return world.within(LINE_BOUND_MS, () => wrongState(world) ?? wrongLine(world), LOOK_EVERY_MS);
  }
}
