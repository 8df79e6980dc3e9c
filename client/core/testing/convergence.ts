/** Checks of the final state, when no more events happen. Each returns the problem, or null. */
import type { SessionState } from '../../../src/protocol/http';
import type { StateDetail } from '../event-details';
import type { SessionSync } from '../session-sync';
import type { Simulation } from './simulation';

/** Error of a clock that the latency of a response can cause; ms. */
const CLOCK_OFF_MS = 1_000;

export function wrongState(simulation: Simulation, tabs = simulation.live): string | null {
  const expected = simulation.network.stateOf(simulation.network.cookie);
  for (const { tab, sync, checker } of tabs) {
    const state = sync.getState();
    if (state && !checker.connected) return `${tab.name} thinks that it has no network`;
    const wrong = differs(state, expected) ?? (state && wrongClock(simulation, sync, state.session.expiresAt));
    if (wrong) return `${tab.name} is not where the server is: ${wrong}`;
  }
  return null;
}

/** The next trial must wait for pending reads: their effects could not be told from its own. */
export function pendingReads(simulation: Simulation): string | null {
  const asking = simulation.live.find(({ tab }) => tab.reading > 0);
  return asking ? `${asking.tab.name} still asks` : null;
}

export function wrongLeader(simulation: Simulation): string | null {
  const live = simulation.live.filter(({ checker }) => checker.last);
  const leaders = live.filter(({ sync }) => sync.getPerformanceMetrics().leader);
  const due = simulation.locks === 'there' ? Math.min(1, live.length) : live.length;
  if (leaders.length !== due) return `${leaders.length} leaders`;
  if (simulation.locks !== 'there') return null;
  if (simulation.browser.locks.holdingTab !== (leaders[0]?.tab ?? null)) return 'the lead is with a tab that leads not';
  if (leaders[0]?.tab.document.visibilityState !== 'hidden') return null;
  return live.some(({ tab }) => tab.document.visibilityState === 'visible') ? 'a leader that nobody sees' : null;
}

/**
 * Each leader, and no other tab, has one socket, of the session of the cookie; and pushes reach all tabs. Where
 * sockets are blocked, the status of each tab is `polling`.
 */
export function wrongConnections(simulation: Simulation): string | null {
  const wrong = wrongLeader(simulation);
  if (wrong) return wrong;
  const { sockets, cookie } = simulation.network;
  const live = simulation.live.filter(({ checker }) => checker.last);
  const leaders = simulation.locks === 'there' ? Math.min(1, live.length) : live.length;
  const due = simulation.socketless ? 0 : leaders;
  if (sockets.size !== due) return `${sockets.size} sockets`;
  for (const { tab, session } of sockets) {
    const leads = live.find((one) => one.tab === tab)?.sync.getPerformanceMetrics().leader;
    if (!leads || session !== cookie) return `${tab.name} has a socket that it should not have`;
  }
  const status = simulation.socketless ? 'polling' : 'live';
  const wrongly = live.find(
    ({ sync }) =>
      sync.getPerformanceMetrics().connected === simulation.socketless || sync.getConnectionStatus() !== status,
  );
  return wrongly ? `${wrongly.tab.name} is ${wrongly.sync.getConnectionStatus()}, not ${status}` : null;
}

function differs(have: StateDetail | null, expected: SessionState | null): string | null {
  if (!have || !expected) return Boolean(have) === Boolean(expected) ? null : `${have ? 'a' : 'no'} state`;
  const { session, user, platform } = expected;
  if (have.revision !== expected.revision) return `${have.revision}, not ${expected.revision}`;
  if (have.session.id !== session.id) return 'in another session';
  if (have.user.username !== user.username) return `${have.user.username}, not ${user.username}`;
  if (have.platform?.id !== platform?.id) return `on ${have.platform?.id}, not ${platform?.id}`;
  if (have.platform?.name !== platform?.name) return `on ${have.platform?.name}, not ${platform?.name}`;
  const { expiresAt, idleExpiresAt } = have.session;
  const deadlines = expiresAt === session.expires_at && idleExpiresAt === session.idle_expires_at;
  return deadlines ? null : `until ${expiresAt}, not ${session.expires_at}`;
}

function wrongClock({ time }: Simulation, sync: SessionSync, deadline: string): string | null {
  const off = sync.millisecondsUntil(deadline) - (Date.parse(deadline) - time.now);
  return Math.abs(off) > CLOCK_OFF_MS ? `a clock that is ${off} ms off` : null;
}
