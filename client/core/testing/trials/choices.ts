/** A person chooses a platform, or another person signs in. */
import type { Watched, World } from '../world';
import { AT_ONCE_MS, allRight, another, one, right, type Trial } from './trial';

/** Chosen where the page may be another person's by now: it must not be done as the other. */
const chosenAsAnother = async (world: World, doubt: (tab: Watched) => void): Promise<string | null> => {
  const tab = one(world);
  if (world.locks !== 'there' || !world.signIn(false)) return null;
  const before = tab.sync.getState()?.user.id;
  const same = before === world.server.userId;
  doubt(tab);
  const id = world.any(world.server.platforms)?.id;
  const chosen = world.choose(tab, id ?? 0);
  await world.pass(AT_ONCE_MS);
  // Where no platform is left, each choice is refused.
  return chosen.end === (same && id ? 'done' : 'refused') || tab.witness.silent ? null : `as ${before}: ${chosen.end}`;
};

export const CHOICES: Record<string, Trial> = {
  'chosen here': async (world) => {
    const tab = one(world);
    const id = another(world, tab);
    if (id === undefined) return null;
    const counts = world.live.map(({ witness }) => witness.told.platformSwitched ?? 0);
    const own = world.random() < 0.3;
    const others = () => Object.entries(world.server.active).filter(([session]) => session !== world.network.cookie);
    const before = JSON.stringify(others());
    world.choose(tab, id, own ? 'session' : undefined);
    const wrong = await right(world, AT_ONCE_MS);
    if (wrong) return wrong;
    await world.pass(100);
    const told = world.live.map(({ witness }, index) => (witness.told.platformSwitched ?? 0) - (counts[index] ?? 0));
    if (told.some((times) => times !== 1)) return `platformSwitched was told ${told} times`;
    return own && JSON.stringify(others()) !== before ? 'a switch of one session moved others' : null;
  },

  'two chosen in a row': async (world) => {
    const tab = one(world);
    const [first, second] = [world.any(world.server.platforms)?.id ?? 0, world.any(world.server.platforms)?.id ?? 0];
    world.choose(tab, first);
    await world.pass(world.below(30));
    world.choose(tab, second);
    for (let time = 0; time < 20; time++) await world.pass(4);
    return right(world, AT_ONCE_MS);
  },

  'chosen, refused': async (world) => {
    const tab = one(world);
    const chosen = world.choose(tab, 0);
    await world.pass(100);
    if (chosen.end !== 'refused') return 'was not refused';
    return right(world, AT_ONCE_MS);
  },

  'chosen with an old token': async (world) => {
    const tab = one(world);
    world.server.tokens += 1;
    const chosen = world.choose(tab, another(world, tab) ?? 0);
    await world.pass(AT_ONCE_MS);
    return chosen.end === 'done' || another(world, tab) === undefined ? null : 'did not read the token anew';
  },

  'chosen as another, unknowing': (world) => chosenAsAnother(world, () => {}),
  'chosen as another, in doubt': (world) => chosenAsAnother(world, () => world.sleep(60_000)),

  'chosen with nobody to ask': async (world) => {
    const tab = one(world);
    world.sleep(60_000);
    world.network.deaf = true;
    const chosen = world.choose(tab, another(world, tab) ?? 0);
    await world.pass(AT_ONCE_MS);
    world.network.deaf = false;
    return chosen.end === 'refused' ? null : 'did not give up';
  },

  'another signs in': async (world) => {
    if (!world.room() || !world.signIn()) return null;
    world.open();
    return allRight(world, 3_000);
  },

  'another has signed in, nobody says so': async (world) => {
    // Without a channel a tab stays with its session until it is refused.
    if (world.locks !== 'there' || !world.room() || !world.signIn(false)) return null;
    world.open();
    return allRight(world, 3_000);
  },
};
