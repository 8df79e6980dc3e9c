/** The leader, its socket, the server's pushes, and what the tabs say to each other. */
import { NO_TROUBLE } from '../fake-network';
import { THEIRS } from '../fake-server';
import { wrongLeader } from '../rest';
import { AT_ONCE_MS, allRight, LEAD_MS, leaderOr, right, TICK_MS, type Trial } from './trial';

export const LINES: Record<string, Trial> = {
  'a leader that nobody sees': async (world) => {
    const { leader } = world;
    if (!leader || world.locks !== 'there') return null;
    world.show(leader, 'hidden');
    return world.within(700, () => wrongLeader(world));
  },

  'the leader is gone': async (world) => {
    const leader = leaderOr(world);
    world.close(leader);
    world.change();
    return (await world.within(LEAD_MS, () => wrongLeader(world))) ?? allRight(world, 500);
  },

  'the leader is gone without the lock': async (world) => {
    const { leader } = world;
    if (!leader || world.locks !== 'there') return null;
    world.stop(leader, 'untold');
    await world.pass(LEAD_MS);
    if (!world.leader) return 'nobody leads';
    world.change();
    return right(
      world,
      700,
      world.live.filter((other) => other !== leader),
    ).then((wrong) => {
      world.resume(leader);
      return wrong;
    });
  },

  'the node dies': async (world) => {
    await world.pass(5_500);
    world.hangUp();
    world.change(false);
    return allRight(world, 900);
  },

  'the node dies, and the first word of the next is lost': async (world) => {
    await world.pass(5_500);
    const { leader } = world;
    if (!leader || world.locks !== 'there') return null;
    world.hangUp();
    world.change(false);
    world.network.trouble = { ...NO_TROUBLE, loss: 1 };
    const wrong = await right(world, 900, [leader]);
    world.network.trouble = NO_TROUBLE;
    return wrong;
  },

  'the node takes no sockets': async (world) => {
    const { network } = world;
    const { handshakes } = network;
    network.full = true;
    world.hangUp();
    await world.pass(20_000);
    const tries = (network.handshakes - handshakes) / (world.locks === 'there' ? 1 : world.live.length);
    if (tries < 3 || tries > 30) return `${tries} tries`;
    network.full = false;
    return allRight(world, 6_500);
  },

  'the socket is dead and says nothing': async (world) => {
    for (const socket of world.network.sockets) socket.die();
    world.change(false);
    return right(world, 15_000);
  },

  'a push is lost, the next is not': async (world) => {
    world.change(false);
    world.change();
    return right(world, AT_ONCE_MS);
  },

  'a push': async (world) => {
    const { network } = world;
    // The socket's first word may have been lost: until it has said whose it is, a change is asked for.
    network.push(world.server, world.server.profile('greeted'));
    await world.pass(TICK_MS + AT_ONCE_MS);
    const { requests } = network;
    const { platforms } = world.server;
    world.change();
    const wrong = await right(world, AT_ONCE_MS);
    // A list does not tell what became of the platform that was shown.
    const asks = world.server.platforms !== platforms;
    return wrong ?? (asks || network.requests === requests ? null : 'asks though it was told');
  },

  'lost and doubled words between the tabs': async (world) => {
    world.network.trouble = { ...NO_TROUBLE, loss: 0.3, doubling: 0.5 };
    const { posted } = world.browser.channels;
    for (let time = 0; time < 4; time++) {
      world.change();
      await world.pass(500);
    }
    world.network.trouble = NO_TROUBLE;
    const words = world.browser.channels.posted - posted;
    return words > 60 ? `${words} words for four changes` : null;
  },

  quiet: async (world) => {
    await world.pass(TICK_MS + AT_ONCE_MS);
    const { network, browser } = world;
    const before = { requests: network.requests, handshakes: network.handshakes, posted: browser.channels.posted };
    const told = world.live.map(({ witness }) => witness.told.sessionStateChanged);
    await world.pass(20_000);
    if (network.handshakes !== before.handshakes) return 'a new socket for nothing';
    // A follower may look just before it would have heard of the leader's look.
    const requests = network.requests - before.requests;
    if (requests > 2) return `${requests} requests`;
    const words = browser.channels.posted - before.posted;
    if (words > 50) return `${words} words between the tabs`;
    const same = world.live.every(({ witness }, index) => witness.told.sessionStateChanged === told[index]);
    if (!same) return 'told a change where there was none';
    world.change(false);
    return right(world, 15_000);
  },

  'a follower looks': async (world) => {
    const follower = world.live.find((other) => other !== world.leader);
    if (!follower) return null;
    const events = () => follower.tab.said.filter((kind) => kind === 'event').length;
    const before = events();
    follower.tab.run(() => void follower.sync.syncSessionState());
    await world.pass(AT_ONCE_MS);
    // A late beat may have made it the leader meanwhile.
    return events() === before || follower === world.leader ? null : 'a follower says what it has read';
  },

  "the socket is another person's": async (world) => {
    const { network, locks } = world;
    const revision = world.server.revision;
    if (locks !== 'there' || network.cookie === THEIRS || !network.lives(THEIRS)) return null;
    network.cookie = THEIRS;
    const { server } = world;
    while (server.revision < revision) network.keep(server, server.profile(`theirs${server.revision}`));
    // The first word of the new socket, which says whose it is, comes after the first change.
    network.trouble = { ...NO_TROUBLE, loss: 1 };
    world.hangUp();
    await world.within(7_000, () => (network.sockets.size === 1 ? null : 'no socket'), 10);
    await world.pass(50);
    network.trouble = NO_TROUBLE;
    world.change();
    return allRight(world, 3_000);
  },
};
