/** Deadlines, and the end of a session. */
import { iso } from '../fake-server';
import type { Simulation } from '../simulation';
import { anyTab, PROMPT_MS, right, type Scenario, TICK_MS } from './scenario';

/** The computer sleeps until `leftMs` before the deadline; the tabs have noticed that. */
async function approach(simulation: Simulation, leftMs: number): Promise<void> {
  const { time, server } = simulation;
  simulation.sleep(server.expiresAt - time.now - leftMs - TICK_MS - PROMPT_MS);
  await simulation.pass(TICK_MS + PROMPT_MS);
}

export const ENDS: Record<string, Scenario> = {
  revoked: async (simulation) => {
    const tabs = [...simulation.tabs];
    simulation.network.end(simulation.network.cookie, 'revoked');
    const wrong = await right(simulation, PROMPT_MS);
    // Whatever happens in the remaining pages, nothing may be sent.
    for (const { tab } of tabs) {
      for (const name of ['keydown', 'online']) tab.run(() => tab.window.dispatchEvent(new Event(name)));
      tab.run(() => tab.show('visible'));
    }
    await simulation.pass(PROMPT_MS);
    return wrong;
  },

  'revoked, and told by nobody': async (simulation) => {
    await simulation.pass(5_500);
    simulation.network.end(simulation.network.cookie, 'revoked', false);
    return right(simulation, 1_500);
  },

  'signed out here': async (simulation) => {
    const tab = anyTab(simulation);
    tab.tab.run(() => void tab.sync.logout().catch((error: Error) => tab.checker.fail(error.message)));
    return right(simulation, PROMPT_MS);
  },

  'time runs out': async (simulation) => {
    const { live } = simulation;
    await approach(simulation, 3_000);
    await simulation.pass(2_900);
    if (live.some(({ checker }) => checker.suspended)) return 'ended too early';
    return right(simulation, 1_000);
  },

  'time runs out, and the first question finds nobody': async (simulation) => {
    await approach(simulation, 3_000);
    for (const each of simulation.live) simulation.show(each, 'hidden');
    await simulation.pass(2_900);
    simulation.network.dropsPushes = true;
    await simulation.pass(1_000);
    simulation.network.dropsPushes = false;
    return right(simulation, 3_500);
  },

  'time does not run out after all': async (simulation) => {
    await approach(simulation, 2_000);
    await simulation.pass(1_000);
    simulation.server.lastActivity = simulation.time.now;
    return right(simulation, 1_700);
  },

  'a warning, and an answer': async (simulation) => {
    const session = simulation.network.cookie;
    await approach(simulation, 30_500);
    const warnings = () => simulation.live.map(({ checker }) => checker.eventCounts.sessionExpiring ?? 0);
    const before = warnings();
    const push = simulation.random() < 0.5;
    const { expires_at } = simulation.server.deadlines();
    simulation.warn(session, iso(Date.parse(expires_at) - 60_000));
    simulation.warn('of another session', iso(Date.parse(expires_at) + 60_000));
    if (push) simulation.warn(session, expires_at);
    await simulation.pass(push ? 100 : 900);
    if (warnings().some((count, index) => count !== (before[index] ?? 0) + 1)) return 'a tab was not warned';
    if (!push) simulation.warn(session, expires_at);
    await simulation.pass(100);
    const late = simulation.open();
    await simulation.pass(200);
    if (late && simulation.locks === 'there' && !late.sync.takeExpiryWarning()) return 'a new tab was not warned';
    const extended = () => simulation.live.map(({ checker }) => checker.eventCounts.sessionExtended ?? 0);
    const had = extended();
    const tab = anyTab(simulation);
    tab.tab.run(() => void tab.sync.extendSession().catch((error: Error) => tab.checker.fail(error.message)));
    const wrong = await right(simulation, PROMPT_MS);
    if (wrong) return wrong;
    if (simulation.live.some(({ sync }) => sync.takeExpiryWarning())) return 'a warning stands that was answered';
    return extended().some((count, index) => count !== (had[index] ?? 0) + 1) ? 'not told once that it goes on' : null;
  },

  'a person is there': async (simulation) => {
    const tab = anyTab(simulation);
    simulation.sleep(120_000);
    await simulation.pass(TICK_MS + PROMPT_MS);
    tab.tab.window.dispatchEvent(new Event('keydown'));
    const pressed = simulation.time.now;
    await simulation.pass(PROMPT_MS);
    const { lastActivity } = simulation.server;
    if (lastActivity < pressed) return 'did not tell that there is a person';
    tab.tab.window.dispatchEvent(new Event('keydown'));
    await simulation.pass(100);
    return simulation.server.lastActivity === lastActivity ? right(simulation, PROMPT_MS) : 'tells each key';
  },
};
