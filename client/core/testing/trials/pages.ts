/** Pages that are hidden, stopped or asleep, and a browser without a network or with another clock. */
import type { Stop } from '../world';
import { AT_ONCE_MS, allRight, another, LEAD_MS, leaderOr, one, right, TICK_MS, type Trial } from './trial';

const DAY_MS = 86_400_000;

/** Stopped for a while, meanwhile another leads; and when it goes on, it is right at once. */
const stopped =
  (how: Stop): Trial =>
  async (world) => {
    const tab = leaderOr(world);
    const since = world.time.now;
    world.stop(tab, how);
    const told = how !== 'untold';
    await world.pass(told ? AT_ONCE_MS : LEAD_MS);
    const others = world.live.filter((other) => other !== tab);
    if (world.locks === 'there' && !others.some(({ sync }) => sync.getPerformanceMetrics().leader))
      return 'nobody leads';
    if (told && [...world.network.sockets].some((socket) => socket.tab === tab.tab))
      return 'a stored page has a socket';
    await world.pass(told ? world.below(2_000) : Math.max(0, since + 10_500 - world.time.now));
    world.change(false);
    world.resume(tab);
    if (world.random() < 0.5) world.choose(tab, another(world, tab) ?? 0);
    return right(world, AT_ONCE_MS, [tab]);
  };

export const PAGES: Record<string, Trial> = {
  'shown again': async (world) => {
    const tab = leaderOr(world);
    world.show(tab, 'hidden');
    await world.pass(world.below(1_500));
    world.change(false);
    world.show(tab, 'visible');
    return right(world, AT_ONCE_MS, [tab]);
  },

  'hidden: nothing is asked': async (world) => {
    await world.pass(TICK_MS + AT_ONCE_MS);
    for (const each of world.live) world.show(each, 'hidden');
    await world.pass(1_000);
    const asked = () => world.live.map(({ sync }) => sync.getPerformanceMetrics().syncs).join();
    const before = asked();
    await world.pass(13_000);
    return asked() === before ? null : 'a hidden page asks';
  },

  'hidden for a moment only': async (world) => {
    await world.pass(600);
    const { leader } = world;
    if (!leader || world.locks !== 'there') return null;
    world.show(leader, 'hidden');
    await world.pass(150);
    world.show(leader, 'visible');
    await world.pass(1_500);
    return world.leader === leader ? null : 'the leader was replaced';
  },

  frozen: stopped('freeze'),
  stored: stopped('pagehide'),
  'held up': stopped('untold'),

  asleep: async (world) => {
    await world.pass(world.below(3_000));
    for (const socket of world.network.sockets) socket.die();
    world.sleep(20_000 + world.below(600_000));
    world.change(false);
    if (world.random() < 0.5) {
      const tab = one(world);
      world.choose(tab, another(world, tab) ?? 0);
      const wrong = await right(world, 2 * AT_ONCE_MS, [tab]);
      if (wrong) return wrong;
    }
    return allRight(world, TICK_MS + 2 * AT_ONCE_MS);
  },

  'asleep with a question under way': async (world) => {
    const tab = one(world);
    world.connect(false);
    world.connect(true);
    world.choose(tab, another(world, tab) ?? 0);
    await world.pass(world.below(15));
    world.sleep(60_000);
    world.change(false);
    return allRight(world, TICK_MS + 2 * AT_ONCE_MS);
  },

  'online again, with a question under way': async (world) => {
    const tab = one(world);
    world.connect(false);
    world.connect(true);
    await world.pass(1 + world.below(10));
    world.connect(true);
    world.choose(tab, another(world, tab) ?? 0);
    return allRight(world, AT_ONCE_MS);
  },

  offline: async (world) => {
    world.connect(false);
    await world.pass(AT_ONCE_MS + world.below(3_000));
    if (world.live.some(({ witness }) => witness.connected)) return 'does not know that there is no network';
    if (world.live.some(({ sync }) => sync.isFresh())) return 'counts as fresh without a network';
    world.change(false);
    world.connect(true);
    // A question over the dead socket may be under way.
    return allRight(world, 3_000);
  },

  'the clock is set': async (world) => {
    world.browser.clockOffMs += world.random() < 0.5 ? DAY_MS : -DAY_MS;
    return allRight(world, TICK_MS + AT_ONCE_MS);
  },
};
