import { StateHolder } from './state-holder';
import { type Fact, FakeServer, iso, OTHER, OURS } from './testing/fake-server';

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

  it('takes no state from before an activity that it knows, however late that state was written down', () => {
    let now = 0;
    const server = new FakeServer(() => now);
    const holder = holding(server);
    const read = server.state();
    now = 60_000;
    server.lastActivity = now;
    expect(holder.applyDeadlines(server.deadlines(), iso(now))).toBe(true);
    const known = holder.state?.session;
    expect(known?.last_activity).toBe(iso(now));
    expect(holder.applyState({ ...read, server_time: iso(now + 20) })).toEqual({ kind: 'refreshed', extended: false });
    expect(holder.state?.session).toEqual(known);
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

  it('takes no older state of its own user, be it of another session', () => {
    const server = new FakeServer();
    const holder = holding(server);
    const old = server.state(OTHER);
    apply(holder, server.switchTo(2, 'all', OURS));
    expect(holder.applyState(old)).toEqual({ kind: 'gap', revision: 2 });
    expect(holder.applyState(server.state(OTHER)).kind).toBe('changed');
    expect(holder.state?.session.id).toBe(OTHER);
  });
});
