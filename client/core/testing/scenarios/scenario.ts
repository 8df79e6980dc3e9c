/** Shared by all scenarios. Each returns the problem, or null. */
import { wrongConnections, wrongState } from '../convergence';
import type { SimulatedTab, Simulation } from '../simulation';

export type Scenario = (simulation: Simulation) => Promise<string | null>;

/** A few network latencies and messages between tabs; ms. */
export const PROMPT_MS = 400;
/** Another tab leads within this time; ms. */
export const TAKEOVER_MS = 2_000;
/** A tab with a tick of 5 s has noticed a sleep; ms. */
export const TICK_MS = 5_000;

export const anyTab = (simulation: Simulation) => simulation.any(simulation.live) as SimulatedTab;
export const leaderOr = (simulation: Simulation) =>
  (simulation.random() < 0.6 ? simulation.leader : undefined) ?? anyTab(simulation);

/** Waits first: before the event has had any effect, the check would pass as well. */
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
