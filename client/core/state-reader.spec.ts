import type { ErrorBody } from '../../src/protocol/errors';
import type { RestSessionState, SessionState } from '../../src/protocol/http';
import type { Api } from './api';
import { ApiError } from './errors';
import { emptyMetrics } from './metrics';
import { StateReader } from './state-reader';
import type { TabChannel } from './tab-channel/tab-channel';
import { FakeEnvironment, settle } from './testing/fake-environment';
import { FakeServer, SESSION_A, SESSION_B } from './testing/fake-server';

/** Requests that the test answers when it likes. */
function questions<T>() {
  const open: { resolve: (answer: T) => void; reject: (reason: unknown) => void }[] = [];
  return {
    open,
    ask: () => new Promise<T>((resolve, reject) => open.push({ resolve, reject })),
  };
}

function reading() {
  const server = new FakeServer();
  const socket = questions<SessionState | ErrorBody>();
  const http = questions<RestSessionState>();
  const channel = {
    connected: true,
    restarts: 0,
    sync: socket.ask,
    restart() {
      this.restarts += 1;
    },
  };
  const told: string[] = [];
  const session = { wanted: true, mayBeBehind: true };
  const taken: SessionState[] = [];
  const reader = new StateReader(
    new FakeEnvironment(),
    { readState: http.ask, setCsrfToken: (token: string) => told.push(token) } as unknown as Api,
    channel as unknown as TabChannel,
    emptyMetrics(),
    {
      isActive: () => session.wanted,
      hasSession: () => session.mayBeBehind,
      revision: () => undefined,
      received: (state) => void taken.push(state),
      succeeded: () => told.push('done'),
      failed: (unreachable) => told.push(unreachable ? 'unreachable' : 'refused'),
    },
  );
  return { reader, server, socket, http, line: channel, session, told, taken };
}

describe('a read of the state', () => {
  it('uses the socket if there is one, and HTTP if it must', async () => {
    const { reader, server, socket, http, line: channel, taken, told } = reading();
    const first = reader.sync();
    socket.open[0]?.resolve(server.state());
    await first;
    expect([socket.open.length, http.open.length]).toEqual([1, 0]);
    const second = reader.sync({ rest: true });
    http.open[0]?.resolve(server.rest(SESSION_B));
    await second;
    const third = reader.sync();
    socket.open[1]?.resolve(server.state());
    await third;
    expect([socket.open.length, http.open.length]).toEqual([2, 1]);
    channel.connected = false;
    void reader.sync();
    expect([socket.open.length, http.open.length]).toEqual([2, 2]);
    expect(taken).toEqual([server.state(), server.state(SESSION_B), server.state()]);
    expect(told).toEqual(['done', server.token(SESSION_B), 'done', 'done']);
  });

  it('over the socket is ignored when the session was replaced during it: HTTP is used', async () => {
    const { reader, server, socket, http, taken, told } = reading();
    const read = reader.sync();
    reader.sessionReplaced();
    socket.open[0]?.resolve(server.state());
    await settle();
    expect(taken).toEqual([]);
    expect(told).toEqual([]);
    http.open[0]?.resolve(server.rest(SESSION_B));
    await read;
    expect(taken).toEqual([server.state(SESSION_B)]);
  });

  it('over HTTP is ignored when the session was replaced during it, and so is its token', async () => {
    const { reader, server, http, taken, told } = reading();
    const read = reader.sync({ rest: true });
    reader.sessionReplaced();
    http.open[0]?.resolve(server.rest());
    await read;
    expect(taken).toEqual([]);
    expect(told).toEqual(['done']);
  });

  it.each(['socket', 'http'] as const)('over %s that began after the session was replaced is applied', async (way) => {
    const tab = reading();
    tab.reader.sessionReplaced();
    const read = tab.reader.sync({ rest: way === 'http' });
    tab[way].open[0]?.resolve(tab.server.rest(SESSION_B));
    await read;
    expect(tab.taken).toHaveLength(1);
    expect(tab.http.open).toHaveLength(way === 'http' ? 1 : 0);
  });

  it('over the socket that began before is followed by one over HTTP that begins after', async () => {
    const { reader, server, socket, http, taken } = reading();
    const read = reader.sync();
    reader.sessionReplaced();
    socket.open[0]?.reject(new Error('timeout'));
    await settle();
    http.open[0]?.resolve(server.rest(SESSION_B));
    await read;
    expect(taken).toEqual([server.state(SESSION_B)]);
  });

  it.each(['socket', 'http'] as const)('over %s is ignored after the end of the session', async (way) => {
    const tab = reading();
    const read = tab.reader.sync({ rest: way === 'http' });
    tab.session.wanted = false;
    tab[way].open[0]?.resolve(tab.server.rest());
    await read;
    expect(tab.taken).toEqual([]);
    expect(tab.told).toEqual(['done']);
    await tab.reader.sync();
    expect(tab.socket.open.length + tab.http.open.length).toBe(1);
  });

  it('does not use HTTP if the session ended while the socket did not answer', async () => {
    const { reader, socket, http, session } = reading();
    const read = reader.sync();
    session.wanted = false;
    socket.open[0]?.reject(new Error('timeout'));
    await read;
    expect(http.open).toHaveLength(0);
  });

  it('replaces a socket that claims to be connected but does not answer', async () => {
    const { reader, server, socket, http, line: channel, taken } = reading();
    const read = reader.sync();
    socket.open[0]?.reject(new Error('timeout'));
    await settle();
    expect(channel.restarts).toBe(1);
    http.open[0]?.resolve(server.rest());
    await read;
    expect(taken).toHaveLength(1);
    const again = reader.sync();
    channel.connected = false;
    socket.open[1]?.reject(new Error('gone'));
    await settle();
    expect(channel.restarts).toBe(1);
    http.open[1]?.reject(new ApiError('none', 0, 'NETWORK_ERROR'));
    await again;
  });

  it('is one at a time: all callers during it share one that begins afterwards', async () => {
    const { reader, server, socket } = reading();
    const first = reader.sync();
    const [second, third] = [reader.sync(), reader.sync()];
    expect(second).toBe(third);
    expect(socket.open).toHaveLength(1);
    socket.open[0]?.resolve(server.state());
    await first;
    await settle();
    expect(socket.open).toHaveLength(2);
    socket.open[1]?.resolve(server.state());
    await third;
    await settle();
    expect(socket.open).toHaveLength(2);
    void reader.sync();
    expect(reader.sync()).not.toBe(third);
  });
});

describe('a tab that may be behind', () => {
  it('is fresh once a read that began after the last doubt was applied', async () => {
    const { reader, server, http } = reading();
    const read = reader.sync({ rest: true });
    reader.markStale();
    http.open[0]?.resolve(server.rest());
    await read;
    expect(reader.isFresh).toBe(false);
    const fresh = reader.ensureFresh();
    http.open[1]?.resolve(server.rest());
    await fresh;
    expect(reader.isFresh).toBe(true);
  });

  it('reports why it cannot become fresh, as long as the session lives', async () => {
    const { reader, server, http, session, told } = reading();
    const refused = new ApiError('none', 0, 'NETWORK_ERROR');
    const fresh = reader.ensureFresh();
    http.open[0]?.reject(refused);
    await expect(fresh).rejects.toBe(refused);
    expect(told).toEqual(['unreachable']);
    const back = reader.ensureFresh();
    http.open[1]?.resolve(server.rest());
    await back;
    reader.markStale();
    const over = reader.ensureFresh();
    session.mayBeBehind = false;
    http.open[2]?.reject(new ApiError('over', 401, 'SESSION_REVOKED'));
    await over;
    expect(told).toEqual(['unreachable', server.token(SESSION_A), 'done', 'refused']);
  });
});
