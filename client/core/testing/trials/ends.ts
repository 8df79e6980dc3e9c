/** Deadlines, and the end of a session. */
import { iso } from '../fake-server';
import type { World } from '../world';
import { AT_ONCE_MS, one, right, TICK_MS, type Trial } from './trial';

/** The computer sleeps until so short a time before the deadline; and its tabs have noticed. */
async function approach(world: World, leftMs: number): Promise<void> {
  const { time, server } = world;
  world.sleep(server.expiresAt - time.now - leftMs - TICK_MS - AT_ONCE_MS);
  await world.pass(TICK_MS + AT_ONCE_MS);
}

export const ENDS: Record<string, Trial> = {
  revoked: async (world) => {
    const tabs = [...world.tabs];
    world.network.end(world.network.cookie, 'revoked');
    const wrong = await right(world, AT_ONCE_MS);
    // Whatever is done in the pages that stay, nothing is sent.
    for (const { tab } of tabs) {
      for (const name of ['keydown', 'online']) tab.run(() => tab.window.dispatchEvent(new Event(name)));
      tab.run(() => tab.show('visible'));
    }
    await world.pass(AT_ONCE_MS);
    return wrong;
  },

  'revoked, and told by nobody': async (world) => {
    await world.pass(5_500);
    world.network.end(world.network.cookie, 'revoked', false);
    return right(world, 1_500);
  },

  'signed out here': async (world) => {
    const tab = one(world);
    tab.tab.run(() => void tab.sync.logout().catch((error: Error) => tab.witness.fail(error.message)));
    return right(world, AT_ONCE_MS);
  },

  'time runs out': async (world) => {
    const { live } = world;
    await approach(world, 3_000);
    await world.pass(2_900);
    if (live.some(({ witness }) => witness.silent)) return 'ended too early';
    return right(world, 1_000);
  },

  'time runs out, and the first question finds nobody': async (world) => {
    await approach(world, 3_000);
    for (const each of world.live) world.show(each, 'hidden');
    await world.pass(2_900);
    world.network.deaf = true;
    await world.pass(1_000);
    world.network.deaf = false;
    return right(world, 3_500);
  },

  'time does not run out after all': async (world) => {
    await approach(world, 2_000);
    await world.pass(1_000);
    world.server.lastActivity = world.time.now;
    return right(world, 1_700);
  },

  'a warning, and an answer': async (world) => {
    const session = world.network.cookie;
    await approach(world, 30_500);
    const warnings = () => world.live.map(({ witness }) => witness.told.sessionExpiring ?? 0);
    const before = warnings();
    const push = world.random() < 0.5;
    const { expires_at } = world.server.deadlines();
    world.warn(session, iso(Date.parse(expires_at) - 60_000));
    world.warn('of another session', iso(Date.parse(expires_at) + 60_000));
    if (push) world.warn(session, expires_at);
    await world.pass(push ? 100 : 900);
    if (warnings().some((count, index) => count !== (before[index] ?? 0) + 1)) return 'a tab was not warned';
    if (!push) world.warn(session, expires_at);
    await world.pass(100);
    const late = world.open();
    await world.pass(200);
    if (late && world.locks === 'there' && !late.sync.takeExpiryWarning()) return 'a new tab was not warned';
    const extended = () => world.live.map(({ witness }) => witness.told.sessionExtended ?? 0);
    const had = extended();
    const tab = one(world);
    tab.tab.run(() => void tab.sync.extendSession().catch((error: Error) => tab.witness.fail(error.message)));
    const wrong = await right(world, AT_ONCE_MS);
    if (wrong) return wrong;
    if (world.live.some(({ sync }) => sync.takeExpiryWarning())) return 'a warning stands that was answered';
    return extended().some((count, index) => count !== (had[index] ?? 0) + 1) ? 'not told once that it goes on' : null;
  },

  'a person is there': async (world) => {
    const tab = one(world);
    world.sleep(120_000);
    await world.pass(TICK_MS + AT_ONCE_MS);
    tab.tab.window.dispatchEvent(new Event('keydown'));
    const pressed = world.time.now;
    await world.pass(AT_ONCE_MS);
    const { lastActivity } = world.server;
    if (lastActivity < pressed) return 'did not tell that there is a person';
    tab.tab.window.dispatchEvent(new Event('keydown'));
    await world.pass(100);
    return world.server.lastActivity === lastActivity ? right(world, AT_ONCE_MS) : 'tells each key';
  },
};
