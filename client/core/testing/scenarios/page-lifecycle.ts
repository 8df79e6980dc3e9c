/** Pages that are hidden, stopped or asleep, and a browser without a network or with a wrong clock. */
import type { Stop } from '../simulation';
import { allRight, another, anyTab, leaderOr, PROMPT_MS, right, type Scenario, TAKEOVER_MS, TICK_MS } from './scenario';

const DAY_MS = 86_400_000;

/** Stops a tab for a while, so that another one leads; when it resumes, it must be up to date promptly. */
const stopped =
  (how: Stop): Scenario =>
  async (simulation) => {
    const tab = leaderOr(simulation);
    const since = simulation.time.now;
    simulation.stop(tab, how);
    const told = how !== 'untold';
    await simulation.pass(told ? PROMPT_MS : TAKEOVER_MS);
    const others = simulation.live.filter((other) => other !== tab);
    if (simulation.locks === 'there' && !others.some(({ sync }) => sync.getPerformanceMetrics().leader))
      return 'nobody leads';
    if (told && [...simulation.network.sockets].some((socket) => socket.tab === tab.tab))
      return 'a stored page has a socket';
    await simulation.pass(told ? simulation.below(2_000) : Math.max(0, since + 10_500 - simulation.time.now));
    simulation.change(false);
    simulation.resume(tab);
    if (simulation.random() < 0.5) simulation.choose(tab, another(simulation, tab) ?? 0);
    return right(simulation, PROMPT_MS, [tab]);
  };

export const PAGES: Record<string, Scenario> = {
  'shown again': async (simulation) => {
    const tab = leaderOr(simulation);
    simulation.show(tab, 'hidden');
    await simulation.pass(simulation.below(1_500));
    simulation.change(false);
    simulation.show(tab, 'visible');
    return right(simulation, PROMPT_MS, [tab]);
  },

  'hidden: nothing is asked': async (simulation) => {
    await simulation.pass(TICK_MS + PROMPT_MS);
    for (const each of simulation.live) simulation.show(each, 'hidden');
    await simulation.pass(1_000);
    const asked = () => simulation.live.map(({ sync }) => sync.getPerformanceMetrics().syncs).join();
    const before = asked();
    await simulation.pass(13_000);
    return asked() === before ? null : 'a hidden page asks';
  },

  'hidden for a moment only': async (simulation) => {
    await simulation.pass(600);
    const { leader } = simulation;
    if (!leader || simulation.locks !== 'there') return null;
    simulation.show(leader, 'hidden');
    await simulation.pass(150);
    simulation.show(leader, 'visible');
    await simulation.pass(1_500);
    return simulation.leader === leader ? null : 'the leader was replaced';
  },

  frozen: stopped('freeze'),
  stored: stopped('pagehide'),
  'held up': stopped('untold'),

  asleep: async (simulation) => {
    await simulation.pass(simulation.below(3_000));
    for (const socket of simulation.network.sockets) socket.die();
    simulation.sleep(20_000 + simulation.below(600_000));
    simulation.change(false);
    if (simulation.random() < 0.5) {
      const tab = anyTab(simulation);
      simulation.choose(tab, another(simulation, tab) ?? 0);
      const wrong = await right(simulation, 2 * PROMPT_MS, [tab]);
      if (wrong) return wrong;
    }
    return allRight(simulation, TICK_MS + 2 * PROMPT_MS);
  },

  'asleep with a question under way': async (simulation) => {
    const tab = anyTab(simulation);
    simulation.connect(false);
    simulation.connect(true);
    simulation.choose(tab, another(simulation, tab) ?? 0);
    await simulation.pass(simulation.below(15));
    simulation.sleep(60_000);
    simulation.change(false);
    return allRight(simulation, TICK_MS + 2 * PROMPT_MS);
  },

  'online again, with a question under way': async (simulation) => {
    const tab = anyTab(simulation);
    simulation.connect(false);
    simulation.connect(true);
    await simulation.pass(1 + simulation.below(10));
    simulation.connect(true);
    simulation.choose(tab, another(simulation, tab) ?? 0);
    return allRight(simulation, PROMPT_MS);
  },

  offline: async (simulation) => {
    simulation.connect(false);
    await simulation.pass(PROMPT_MS + simulation.below(3_000));
    if (simulation.live.some(({ checker }) => checker.connected)) return 'does not know that there is no network';
    if (simulation.live.some(({ sync }) => sync.isFresh())) return 'counts as fresh without a network';
    simulation.change(false);
    simulation.connect(true);
    // A request over the dead socket may be pending.
    return allRight(simulation, 3_000);
  },

  'the clock is set': async (simulation) => {
    simulation.browser.clockOffMs += simulation.random() < 0.5 ? DAY_MS : -DAY_MS;
    return allRight(simulation, TICK_MS + PROMPT_MS);
  },
};
