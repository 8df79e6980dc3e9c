/** What all trials have in common. Each says what went wrong. */
import { wrongLine, wrongState } from '../rest';
import type { Watched, World } from '../world';

export type Trial = (world: World) => Promise<string | null>;

/** A few ways over the network and between tabs; ms. */
export const AT_ONCE_MS = 400;
/** Another leads within this; ms. */
export const LEAD_MS = 2_000;
/** A tab that ticks each 5 s has noticed a sleep. */
export const TICK_MS = 5_000;

export const one = (world: World) => world.any(world.live) as Watched;
export const leaderOr = (world: World) => (world.random() < 0.6 ? world.leader : undefined) ?? one(world);

/** Before it has begun, all is right as well. */
async function after(world: World, ms: number, wrong: () => string | null): Promise<string | null> {
  await world.pass(100);
  return world.within(ms - 100, wrong);
}

export const right = (world: World, ms: number, tabs?: Watched[]) => after(world, ms, () => wrongState(world, tabs));
export const allRight = (world: World, ms: number) => after(world, ms, () => wrongState(world) ?? wrongLine(world));
/** Another platform than the one that is shown. */
export const another = (world: World, { sync }: Watched) =>
  world.server.platforms.find(({ id }) => id !== sync.getState()?.platform?.id)?.id;
