import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { closeTabs, openTab, type TabError } from './socket-client';

describe('openTab', () => {
  const http = createServer();
  const gateway = new Server(http, { transports: ['websocket'] });
  let client: { url: string; cookie: string };

  beforeAll(async () => {
    gateway.use((socket, next) => {
      if (socket.handshake.headers.cookie === 's=1') return next();
      next(Object.assign(new Error('Refused'), { data: { error_code: 'SESSION_INVALID' } }));
    });
    gateway.on('connection', (socket) => {
      const { auth, headers } = socket.handshake;
      socket.emit('session:state', { revision: 1, auth, origin: headers.origin ?? null });
      socket.on('session:sync', (payload, answer) => answer({ revision: 2, asked: payload }));
      socket.on('session:activity', (_payload, answer) => answer({ success: false, error_code: 'SESSION_EXPIRED' }));
      setTimeout(() => socket.emit('platform:switched', { revision: 3 }), 20);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    client = { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, cookie: 's=1' };
  });

  afterEach(closeTabs);
  afterAll(() => gateway.close());

  it('sends the headers of a browser, and records all events', async () => {
    const tab = await openTab(client, { tabId: 't1', revision: 7 });
    const state = await tab.waitFor('session:state');
    expect(state).toMatchObject({ revision: 1, auth: { tab_id: 't1', revision: 7 }, origin: client.url });
    await tab.waitFor('platform:switched', (event) => event.revision === 3);
    expect(tab.events.map((event) => event.name)).toEqual(['session:state', 'platform:switched']);
    expect(tab.of('platform:switched')).toHaveLength(1);
  });

  it('can omit the Origin header', async () => {
    const tab = await openTab(client, { origin: null });
    await expect(tab.waitFor('session:state')).resolves.toMatchObject({ origin: null });
  });

  it('returns acknowledgements, and rejects with the error body of a failure', async () => {
    const tab = await openTab(client);
    await expect(tab.sync(5)).resolves.toEqual({ revision: 2, asked: { revision: 5 } });
    await expect(tab.activity()).rejects.toMatchObject({ data: { error_code: 'SESSION_EXPIRED' } });
  });

  it('rejects with err.data when the handshake is refused', async () => {
    const refused: TabError = await openTab({ ...client, cookie: 's=2' }).catch((error) => error);
    expect(refused.data?.error_code).toBe('SESSION_INVALID');
  });

  it('reports the recorded events when a wait times out', async () => {
    const tab = await openTab(client);
    await tab.waitFor('session:state');
    await expect(tab.waitFor('session:ended', undefined, 30)).rejects.toThrow(/session:state \{"revision":1/);
  });

  it('reports when and why it was closed', async () => {
    const tab = await openTab(client);
    gateway.disconnectSockets(true);
    await expect(tab.closed).resolves.toMatch(/transport close|io server disconnect/);
    expect(tab.connected).toBe(false);
  });
});
