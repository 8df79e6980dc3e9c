/** What all trials have in common. Each says what went wrong. */
import { wrongConnections, wrongState } from '../convergence';
import type { SimulatedTab, Simulation } from '../simulation';

export type Scenario = (simulation: Simulation) => Promise<string | null>;

/** A few ways over the network and between tabs; ms. */
export const PROMPT_MS = 400;
/** Another leads within this; ms. */
export const TAKEOVER_MS = 2_000;
/** A tab that ticks each 5 s has noticed a sleep. */
export const TICK_MS = 5_000;

export const anyTab = (simulation: Simulation) => simulation.any(simulation.live) as SimulatedTab;
export const leaderOr = (simulation: Simulation) =>
  (simulation.random() < 0.6 ? simulation.leader : undefined) ?? anyTab(simulation);

/** Before it has begun, all is right as well. */
async function after(simulation: Simulation, ms: number, wrong: () => string | null): Promise<string | null> {
  await simulation.pass(100);
  return simulation.within(ms - 100, wrong);
}

export const right = (simulation: Simulation, ms: number, tabs?: SimulatedTab[]) =>
  after(simulation, ms, () => wrongState(simulation, tabs));
export const allRight = (simulation: Simulation, ms: number) =>
  after(simulation, ms, () => wrongState(simulation) ?? wrongConnections(simulation));
/** Another platform than the one that is shown. */
export const another = (simulation: Simulation, { sync }: SimulatedTab) =>
  simulation.server.platforms.find(({ id }) => id !== sync.getState()?.platform?.id)?.id;
