import { StateHolder } from './state-holder';
import { type Fact, FakeServer, generator, iso, OTHER, OURS } from './testing/fake-server';

function holding(server: FakeServer): StateHolder {
  const holder = new StateHolder();
  holder.applyState(server.state());
  return holder;
}

function apply(holder: StateHolder, fact: Fact) {
  if (fact.name === 'session:state') return holder.applyState(fact.payload);
  if (fact.name === 'platforms:changed') return holder.applyPlatforms(fact.payload);
  return holder.applySwitched(fact.payload);
}

describe('StateHolder', () => {
  it('follows a switch of all sessions', () => {
    const server = new FakeServer();
    const holder = holding(server);
    expect(apply(holder, server.switchTo(2, 'all', OTHER))).toMatchObject({ kind: 'changed', skipped: false });
    expect(holder.state?.platform?.id).toBe(2);
    expect(holder.revision).toBe(2);
  });

  it('moves only its revision for a switch of another session, and sees no gap after it', () => {
    const server = new FakeServer();
    const holder = holding(server);
    apply(holder, server.switchTo(2, 'session', OTHER));
    expect(holder.state?.platform?.id).toBe(1);
    expect(holder.revision).toBe(2);
    expect(apply(holder, server.switchTo(3, 'session', OURS)).kind).toBe('changed');
    expect(holder.state?.platform?.id).toBe(3);
  });

  it('drops what is not newer', () => {
    const server = new FakeServer();
    const holder = holding(server);
    const old = server.switchTo(2, 'all', OURS);
    const late = server.state();
    const newer = server.switchTo(3, 'all', OURS);
    apply(holder, old);
    apply(holder, newer);
    expect(apply(holder, old).kind).toBe('dropped');
    expect(holder.applyState(late).kind).toBe('dropped');
    expect(holder.state?.platform?.id).toBe(3);
  });

  it('calls a missing revision a gap and takes nothing from beyond it', () => {
    const server = new FakeServer();
    const holder = holding(server);
    server.rename(1, 'Renamed');
    expect(apply(holder, server.switchTo(2, 'all', OURS))).toEqual({ kind: 'gap', revision: 3 });
    expect(holder.revision).toBe(1);
    expect(holder.applyState(server.state())).toMatchObject({ kind: 'changed', skipped: true });
    expect(holder.state?.platform?.id).toBe(2);
  });

  it('asks for the state when a list names another active platform than ours', () => {
    const server = new FakeServer();
    const holder = holding(server);
    expect(apply(holder, server.rename(1, 'Renamed')).kind).toBe('changed');
    expect(holder.state?.platform?.name).toBe('Renamed');
    expect(apply(holder, server.remove(1))).toEqual({ kind: 'gap', revision: 3 });
  });

  it('refreshes deadlines from the same revision, and never sets them back', () => {
    let now = 0;
    const server = new FakeServer(() => now);
    const holder = holding(server);
    const early = server.state();
    now = 60_000;
    server.lastActivity = now;
    expect(holder.applyState(server.state())).toEqual({ kind: 'refreshed', extended: true });
    const known = holder.state?.session.expires_at;
    expect(holder.applyState(early)).toEqual({ kind: 'refreshed', extended: false });
    expect(holder.state?.session.expires_at).toBe(known);
    expect(holder.applyDeadlines({ ...early.session, expires_at: iso(5) }, early.server_time)).toBe(false);
    expect(holder.state?.session.expires_at).toBe(known);
  });

  it('keeps later deadlines when a newer revision was written down before them', () => {
    let now = 0;
    const server = new FakeServer(() => now);
    const holder = holding(server);
    server.switchTo(2, 'all', OURS);
    const onItsWay = server.state();
    now = 60_000;
    server.lastActivity = now;
    holder.applyDeadlines(server.deadlines(), iso(now));
    const known = holder.state?.session.expires_at;
    holder.applyState(onItsWay);
    expect(holder.revision).toBe(2);
    expect(holder.state?.session.expires_at).toBe(known);
  });

  it('is replaced wholesale by another session, also at a lower revision', () => {
    const server = new FakeServer();
    const holder = holding(server);
    apply(holder, server.switchTo(2, 'all', OURS));
    const other = { ...server.state(OTHER), revision: 1, user: { ...server.state().user, id: 8, username: 'bob' } };
    expect(holder.applyState(other).kind).toBe('changed');
    expect(holder.state?.user.username).toBe('bob');
    expect(holder.revision).toBe(1);
  });
});

/** 10^4 schedules; each a run of changes whose facts are dropped, doubled and put out of order. */
describe('StateHolder under a bad network', () => {
  const SCHEDULES = 10_000;

  it(`ends at the server's state and never goes back, in ${SCHEDULES} schedules`, () => {
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const problem = schedule(seed);
      if (problem) throw new Error(`schedule ${seed}: ${problem}`);
    }
  });

  function schedule(seed: number): string | null {
    const random = generator(seed);
    let now = 0;
    const server = new FakeServer(() => now);
    const holder = holding(server);
    const flying: Fact[] = [];
    const steps = 5 + Math.floor(random() * 20);
    for (let step = 0; step < steps; step++) {
      now += 1_000;
      const before = holder.revision;
      if (random() < 0.6) send(flying, change(server, random), random);
      else if (flying.length > 0) receive(flying, random, holder, server);
      if (holder.revision < before) return `went back from ${before} to ${holder.revision}`;
      if (holder.revision > server.revision) return 'knows a revision that is not there yet';
      if (holder.revision === server.revision && differs(holder, server)) return 'same revision, other content';
    }
    while (flying.length > 0) {
      const before = holder.revision;
      receive(flying, random, holder, server);
      if (holder.revision < before) return `went back from ${before} to ${holder.revision}`;
    }
    // The safety poll, which is what mends a fact that nobody missed because nothing came after it.
    holder.applyState(server.state());
    return differs(holder, server) ? 'ended at another state than the server' : null;
  }

  function change(server: FakeServer, random: () => number): Fact {
    const ids = server.platforms.map(({ id }) => id);
    const id = ids[Math.floor(random() * ids.length)] ?? 0;
    const kind = random();
    const session = random() < 0.5 ? OURS : OTHER;
    if (ids.length === 0 || kind < 0.1) return server.add(server.revision + 10);
    if (kind < 0.45) return server.switchTo(id, 'all', session);
    if (kind < 0.7) return server.switchTo(id, 'session', session);
    if (kind < 0.8) return server.rename(id, `Name ${server.revision}`);
    return kind < 0.9 ? server.remove(id) : server.profile(`ada${server.revision}`);
  }

  function send(flying: Fact[], fact: Fact, random: () => number): void {
    if (random() < 0.3) return;
    flying.push(fact);
    if (random() < 0.3) flying.push(fact);
  }

  function receive(flying: Fact[], random: () => number, holder: StateHolder, server: FakeServer): void {
    const [fact] = flying.splice(Math.floor(random() * flying.length), 1);
    if (!fact) return;
    const outcome = apply(holder, fact);
    // The answer to the question flies like everything else.
    if (outcome.kind === 'gap') send(flying, { name: 'session:state', payload: server.state() }, random);
  }

  function differs(holder: StateHolder, server: FakeServer): boolean {
    const { revision, user, platform } = server.state();
    const have = holder.state;
    return JSON.stringify([revision, user, platform]) !== JSON.stringify([have?.revision, have?.user, have?.platform]);
  }
});
