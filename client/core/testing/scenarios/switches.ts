/** A user selects a platform, or another user signs in. */
import type { SimulatedTab, Simulation } from '../simulation';
import { allRight, another, anyTab, PROMPT_MS, right, type Scenario } from './scenario';

/** A switch on a page whose cookie may belong to another user by now: it must not be executed as that user. */
const chosenAsAnother = async (simulation: Simulation, doubt: (tab: SimulatedTab) => void): Promise<string | null> => {
  const tab = anyTab(simulation);
  if (simulation.locks !== 'there' || !simulation.signIn(false)) return null;
  const before = tab.sync.getState()?.user.id;
  const same = before === simulation.server.userId;
  doubt(tab);
  const id = simulation.any(simulation.server.platforms)?.id;
  const chosen = simulation.choose(tab, id ?? 0);
  await simulation.pass(PROMPT_MS);
  // Without a platform, each switch is refused.
  return chosen.end === (same && id ? 'done' : 'refused') || tab.checker.suspended
    ? null
    : `as ${before}: ${chosen.end}`;
};

export const CHOICES: Record<string, Scenario> = {
  'chosen here': async (simulation) => {
    const tab = anyTab(simulation);
    const id = another(simulation, tab);
    if (id === undefined) return null;
    const counts = simulation.live.map(({ checker }) => checker.eventCounts.platformSwitched ?? 0);
    const own = simulation.random() < 0.3;
    const others = () =>
      Object.entries(simulation.server.active).filter(([session]) => session !== simulation.network.cookie);
    const before = JSON.stringify(others());
    simulation.choose(tab, id, own ? 'session' : undefined);
    const wrong = await right(simulation, PROMPT_MS);
    if (wrong) return wrong;
    await simulation.pass(100);
    const told = simulation.live.map(
      ({ checker }, index) => (checker.eventCounts.platformSwitched ?? 0) - (counts[index] ?? 0),
    );
    if (told.some((times) => times !== 1)) return `platformSwitched was told ${told} times`;
    return own && JSON.stringify(others()) !== before ? 'a switch of one session moved others' : null;
  },

  'two chosen in a row': async (simulation) => {
    const tab = anyTab(simulation);
    const [first, second] = [
      simulation.any(simulation.server.platforms)?.id ?? 0,
      simulation.any(simulation.server.platforms)?.id ?? 0,
    ];
    simulation.choose(tab, first);
    await simulation.pass(simulation.below(30));
    simulation.choose(tab, second);
    for (let time = 0; time < 20; time++) await simulation.pass(4);
    return right(simulation, PROMPT_MS);
  },

  'chosen, refused': async (simulation) => {
    const tab = anyTab(simulation);
    const chosen = simulation.choose(tab, 0);
    await simulation.pass(100);
    if (chosen.end !== 'refused') return 'was not refused';
    return right(simulation, PROMPT_MS);
  },

  'chosen with an old token': async (simulation) => {
    const tab = anyTab(simulation);
    simulation.server.tokens += 1;
    const chosen = simulation.choose(tab, another(simulation, tab) ?? 0);
    await simulation.pass(PROMPT_MS);
    return chosen.end === 'done' || another(simulation, tab) === undefined ? null : 'did not read the token anew';
  },

  'chosen as another, unknowing': (simulation) => chosenAsAnother(simulation, () => {}),
  'chosen as another, in doubt': (simulation) => chosenAsAnother(simulation, () => simulation.sleep(60_000)),

  'chosen with nobody to ask': async (simulation) => {
    const tab = anyTab(simulation);
    simulation.sleep(60_000);
    simulation.network.dropsPushes = true;
    const chosen = simulation.choose(tab, another(simulation, tab) ?? 0);
    await simulation.pass(PROMPT_MS);
    simulation.network.dropsPushes = false;
    return chosen.end === 'refused' ? null : 'did not give up';
  },

  'another signs in': async (simulation) => {
    if (!simulation.room() || !simulation.signIn()) return null;
    simulation.open();
    return allRight(simulation, 3_000);
  },

  'another has signed in, nobody says so': async (simulation) => {
    // Without a channel a tab keeps its session until it is refused.
    if (simulation.locks !== 'there' || !simulation.room() || !simulation.signIn(false)) return null;
    simulation.open();
    return allRight(simulation, 3_000);
  },
};
