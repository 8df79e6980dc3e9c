/** The leader, its socket, the server's pushes, and the messages between the tabs. */

import { wrongLeader } from '../convergence';
import { NO_FAULTS } from '../fake-network';
import { OTHER_USERS_SESSION } from '../fake-server';
import { allRight, leaderOr, PROMPT_MS, right, type Scenario, TAKEOVER_MS, TICK_MS } from './scenario';

export const LINES: Record<string, Scenario> = {
  'a leader that nobody sees': async (simulation) => {
    const { leader } = simulation;
    if (!leader || simulation.locks !== 'there') return null;
    simulation.show(leader, 'hidden');
    return simulation.within(700, () => wrongLeader(simulation));
  },

  'the leader is gone': async (simulation) => {
    const leader = leaderOr(simulation);
    simulation.close(leader);
    simulation.change();
    return (await simulation.within(TAKEOVER_MS, () => wrongLeader(simulation))) ?? allRight(simulation, 500);
  },

  'the leader is gone without the lock': async (simulation) => {
    const { leader } = simulation;
    if (!leader || simulation.locks !== 'there') return null;
    simulation.stop(leader, 'untold');
    await simulation.pass(TAKEOVER_MS);
    if (!simulation.leader) return 'nobody leads';
    simulation.change();
    return right(
      simulation,
      700,
      simulation.live.filter((other) => other !== leader),
    ).then((wrong) => {
      simulation.resume(leader);
      return wrong;
    });
  },

  'the node dies': async (simulation) => {
    await simulation.pass(5_500);
    simulation.hangUp();
    simulation.change(false);
    return allRight(simulation, 900);
  },

  'the node dies, and the first word of the next is lost': async (simulation) => {
    await simulation.pass(5_500);
    const { leader } = simulation;
    if (!leader || simulation.locks !== 'there') return null;
    simulation.hangUp();
    simulation.change(false);
    simulation.network.faults = { ...NO_FAULTS, loss: 1 };
    const wrong = await right(simulation, 900, [leader]);
    simulation.network.faults = NO_FAULTS;
    return wrong;
  },

  'the node takes no sockets': async (simulation) => {
    const { network } = simulation;
    const { handshakes } = network;
    network.refusesSockets = true;
    simulation.hangUp();
    await simulation.pass(20_000);
    const tries = (network.handshakes - handshakes) / (simulation.locks === 'there' ? 1 : simulation.live.length);
    if (tries < 3 || tries > 30) return `${tries} tries`;
    network.refusesSockets = false;
    return allRight(simulation, 6_500);
  },

  'the socket is dead and says nothing': async (simulation) => {
    for (const socket of simulation.network.sockets) socket.die();
    simulation.change(false);
    return right(simulation, 15_000);
  },

  'a push is lost, the next is not': async (simulation) => {
    simulation.change(false);
    simulation.change();
    return right(simulation, PROMPT_MS);
  },

  'a push': async (simulation) => {
    const { network } = simulation;
    // The socket's first state may have been lost: until one arrives, each change causes a request.
    network.push(simulation.server, simulation.server.profile('greeted'));
    await simulation.pass(TICK_MS + PROMPT_MS);
    const { requests } = network;
    const { platforms } = simulation.server;
    simulation.change();
    const wrong = await right(simulation, PROMPT_MS);
    // A changed list does not tell which platform is active, so it may cause a request.
    const asks = simulation.server.platforms !== platforms;
    return wrong ?? (asks || network.requests === requests ? null : 'asks though it was told');
  },

  'lost and doubled words between the tabs': async (simulation) => {
    simulation.network.faults = { ...NO_FAULTS, loss: 0.3, doubling: 0.5 };
    const { posted } = simulation.browser.channels;
    for (let time = 0; time < 4; time++) {
      simulation.change();
      await simulation.pass(500);
    }
    simulation.network.faults = NO_FAULTS;
    const words = simulation.browser.channels.posted - posted;
    return words > 60 ? `${words} words for four changes` : null;
  },

  quiet: async (simulation) => {
    await simulation.pass(TICK_MS + PROMPT_MS);
    const { network, browser } = simulation;
    const before = { requests: network.requests, handshakes: network.handshakes, posted: browser.channels.posted };
    const told = simulation.live.map(({ checker }) => checker.eventCounts.sessionStateChanged);
    await simulation.pass(20_000);
    if (network.handshakes !== before.handshakes) return 'a new socket for nothing';
    // A follower may poll just before the leader's result arrives.
    const requests = network.requests - before.requests;
    if (requests > 2) return `${requests} requests`;
    const words = browser.channels.posted - before.posted;
    if (words > 50) return `${words} words between the tabs`;
    const same = simulation.live.every(({ checker }, index) => checker.eventCounts.sessionStateChanged === told[index]);
    if (!same) return 'told a change where there was none';
    simulation.change(false);
    return right(simulation, 15_000);
  },

  'a follower looks': async (simulation) => {
    const follower = simulation.live.find((other) => other !== simulation.leader);
    if (!follower) return null;
    const events = () => follower.tab.said.filter((kind) => kind === 'event').length;
    const before = events();
    follower.tab.run(() => void follower.sync.syncSessionState());
    await simulation.pass(PROMPT_MS);
    // A late heartbeat may have made it the leader.
    return events() === before || follower === simulation.leader ? null : 'a follower says what it has read';
  },

  "the socket is another person's": async (simulation) => {
    const { network, locks } = simulation;
    const revision = simulation.server.revision;
    if (locks !== 'there' || network.cookie === OTHER_USERS_SESSION || !network.isLive(OTHER_USERS_SESSION))
      return null;
    network.cookie = OTHER_USERS_SESSION;
    const { server } = simulation;
    while (server.revision < revision) network.dropFact(server, server.profile(`theirs${server.revision}`));
    // The first change arrives before the new socket's first state, which says whose session it is.
    network.faults = { ...NO_FAULTS, loss: 1 };
    simulation.hangUp();
    await simulation.within(7_000, () => (network.sockets.size === 1 ? null : 'no socket'), 10);
    await simulation.pass(50);
    network.faults = NO_FAULTS;
    simulation.change();
    return allRight(simulation, 3_000);
  },
};
