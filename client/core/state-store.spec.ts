import { StateStore } from './state-store';
import { type Fact, FakeServer, iso, SESSION_A, SESSION_B } from './testing/fake-server';

function holding(server: FakeServer): StateStore {
  const store = new StateStore();
  store.applyState(server.state());
  return store;
}

function apply(store: StateStore, fact: Fact) {
  if (fact.name === 'session:state') return store.applyState(fact.payload);
  if (fact.name === 'platforms:changed') return store.applyPlatforms(fact.payload);
  return store.applySwitched(fact.payload);
}

describe('StateStore', () => {
  it('follows a switch of all sessions', () => {
    const server = new FakeServer();
    const store = holding(server);
    expect(apply(store, server.switchTo(2, 'all', SESSION_B))).toMatchObject({ kind: 'changed', skipped: false });
    expect(store.state?.platform?.id).toBe(2);
    expect(store.revision).toBe(2);
  });

  it('changes only its revision for a switch of another session, and has no gap after it', () => {
    const server = new FakeServer();
    const store = holding(server);
    apply(store, server.switchTo(2, 'session', SESSION_B));
    expect(store.state?.platform?.id).toBe(1);
    expect(store.revision).toBe(2);
    expect(apply(store, server.switchTo(3, 'session', SESSION_A)).kind).toBe('changed');
    expect(store.state?.platform?.id).toBe(3);
  });

  it('drops events that are not newer', () => {
    const server = new FakeServer();
    const store = holding(server);
    const old = server.switchTo(2, 'all', SESSION_A);
    const late = server.state();
    const newer = server.switchTo(3, 'all', SESSION_A);
    apply(store, old);
    apply(store, newer);
    expect(apply(store, old).kind).toBe('dropped');
    expect(store.applyState(late).kind).toBe('dropped');
    expect(store.state?.platform?.id).toBe(3);
  });

  it('reports a missing revision as a gap and applies nothing after it', () => {
    const server = new FakeServer();
    const store = holding(server);
    server.rename(1, 'Renamed');
    expect(apply(store, server.switchTo(2, 'all', SESSION_A))).toEqual({ kind: 'gap', revision: 3 });
    expect(store.revision).toBe(1);
    expect(store.applyState(server.state())).toMatchObject({ kind: 'changed', skipped: true });
    expect(store.state?.platform?.id).toBe(2);
  });

  it('requests the state when a list names another active platform than ours', () => {
    const server = new FakeServer();
    const store = holding(server);
    expect(apply(store, server.rename(1, 'Renamed')).kind).toBe('changed');
    expect(store.state?.platform?.name).toBe('Renamed');
    expect(apply(store, server.remove(1))).toEqual({ kind: 'gap', revision: 3 });
  });

  it('refreshes deadlines from the same revision, and never sets them back', () => {
    let now = 0;
    const server = new FakeServer(() => now);
    const store = holding(server);
    const early = server.state();
    now = 60_000;
    server.lastActivity = now;
    expect(store.applyState(server.state())).toEqual({ kind: 'refreshed', extended: true });
    const known = store.state?.session.expires_at;
    expect(store.applyState(early)).toEqual({ kind: 'refreshed', extended: false });
    expect(store.state?.session.expires_at).toBe(known);
    expect(store.applyDeadlines({ ...early.session, expires_at: iso(5) }, early.server_time)).toBe(false);
    expect(store.state?.session.expires_at).toBe(known);
  });

  it('ignores the deadlines of a state from before the known activity, whatever its server time', () => {
    let now = 0;
    const server = new FakeServer(() => now);
    const store = holding(server);
    const read = server.state();
    now = 60_000;
    server.lastActivity = now;
    expect(store.applyDeadlines(server.deadlines(), iso(now))).toBe(true);
    const known = store.state?.session;
    expect(known?.last_activity).toBe(iso(now));
    expect(store.applyState({ ...read, server_time: iso(now + 20) })).toEqual({ kind: 'refreshed', extended: false });
    expect(store.state?.session).toEqual(known);
  });

  it('keeps later deadlines when a newer revision was read before them', () => {
    let now = 0;
    const server = new FakeServer(() => now);
    const store = holding(server);
    server.switchTo(2, 'all', SESSION_A);
    const onItsWay = server.state();
    now = 60_000;
    server.lastActivity = now;
    store.applyDeadlines(server.deadlines(), iso(now));
    const known = store.state?.session.expires_at;
    store.applyState(onItsWay);
    expect(store.revision).toBe(2);
    expect(store.state?.session.expires_at).toBe(known);
  });

  it('is replaced as a whole by the session of another user, even with a lower revision', () => {
    const server = new FakeServer();
    const store = holding(server);
    apply(store, server.switchTo(2, 'all', SESSION_A));
    const other = { ...server.state(SESSION_B), revision: 1, user: { ...server.state().user, id: 8, username: 'bob' } };
    expect(store.applyState(other).kind).toBe('changed');
    expect(store.state?.user.username).toBe('bob');
    expect(store.revision).toBe(1);
  });

  it('applies no older state of its own user, even of another session', () => {
    const server = new FakeServer();
    const store = holding(server);
    const old = server.state(SESSION_B);
    apply(store, server.switchTo(2, 'all', SESSION_A));
    expect(store.applyState(old)).toEqual({ kind: 'gap', revision: 2 });
    expect(store.applyState(server.state(SESSION_B)).kind).toBe('changed');
    expect(store.state?.session.id).toBe(SESSION_B);
  });
});
