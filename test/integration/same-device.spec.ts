/** Another browser with a session's cookie ends the session; another address is noted. */
import type { AuditEventView, AuditView } from '../../src/protocol/audit';
import type { DeviceView } from '../../src/protocol/http';
import { toDeviceName } from '../../src/session/device';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab } from '../support/socket-client';
import { ANY_DATABASE, type App, closeApps, startApp } from './support/app';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const FIREFOX_UPDATED = FIREFOX.replaceAll('143.0', '144.0');
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;

  beforeEach(async () => {
    app = await startApp(await database(), { TRUST_PROXY: '1' });
  });
  afterEach(async () => {
    closeTabs();
    await closeApps();
  });

  async function person(userAgent = FIREFOX) {
    const client = new TestClient(app.url, { userAgent });
    await client.register();
    return client;
  }

  const from = (address: string, userAgent?: string) => ({
    headers: { 'x-forwarded-for': address, ...(userAgent !== undefined && { 'user-agent': userAgent }) },
  });

  const read = (client: TestClient, agent: string) => client.get('/api/session', from('127.0.0.1', agent));
  const write = (client: TestClient, agent: string) => client.post('/api/session/extend', {}, from('127.0.0.1', agent));
  const page = (client: TestClient, agent: string) => client.get('/', from('127.0.0.1', agent));

  it.each([
    ['a read by another', CHROME, read],
    ['a write by another', CHROME, write],
    ['a page of another', CHROME, page],
    ['a read by a program', 'curl/8.0', read],
    ['a write by a program', 'curl/8.0', write],
    ['a read by who knows what', '', read],
  ])('ends the session of a browser at %s, everywhere', async (kind, agent, strange) => {
    const client = await person();
    const other = client.device(FIREFOX);
    await other.login();
    const tab = await openTab(client);
    await tab.waitFor('session:state');
    const { cookie } = client;
    const answer = await strange(client, agent);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ error_code: 'SESSION_REVOKED', reason: 'revoked' });
    expect(await tab.waitFor('session:ended')).toMatchObject({ reason: 'revoked', error_code: 'SESSION_REVOKED' });
    await tab.closed;
    client.cookie = cookie;
    expect([kind, (await client.get('/api/session')).body.error_code]).toEqual([kind, 'SESSION_REVOKED']);
    expect((await other.get('/api/session')).status).toBe(200);
    const { events } = (await other.get<AuditView>('/api/audit')).body;
    expect(events[0]).toMatchObject({ type: 'session_ended', reason: 'revoked', device: toDeviceName(agent) });
  });

  it('knows the same browser after an update, also by its socket', async () => {
    const client = await person();
    for (const agent of [FIREFOX, FIREFOX_UPDATED]) {
      const options = { headers: { 'user-agent': agent } };
      expect((await client.get('/api/session', options)).status).toBe(200);
      expect((await client.post('/api/session/extend', {}, options)).status).toBe(200);
    }
    const socket = await openTab(client, { headers: { 'User-Agent': FIREFOX_UPDATED } });
    expect((await socket.sync()).authenticated).toBe(true);
    expect((await client.get('/api/session')).status).toBe(200);
  });

  it('goes on with a phone that asks for the desktop site', async () => {
    const phone = CHROME.replace('X11; Linux x86_64', 'Linux; Android 10; K').replace('Safari', 'Mobile Safari');
    const client = await person(phone);
    for (const agent of [CHROME, phone]) {
      const options = { headers: { 'user-agent': agent } };
      expect((await client.get('/api/session', options)).status).toBe(200);
      expect((await client.post('/api/session/extend', {}, options)).status).toBe(200);
    }
  });

  it('lets a program hand its session to a browser, and to no other program', async () => {
    const script = await person('tests/1.0');
    for (const agent of ['tests/2.0', CHROME, FIREFOX, '']) {
      expect((await script.get('/api/session', { headers: { 'user-agent': agent } })).status).toBe(200);
    }
    const thief = await script.get('/api/session', { headers: { 'user-agent': 'curl/8' } });
    expect(thief.body).toMatchObject({ error_code: 'SESSION_REVOKED' });
  });

  it('notes a new address once, and goes on', async () => {
    const client = await person();
    const changes = async (): Promise<AuditEventView[]> => {
      const { events } = (await client.get<AuditView>('/api/audit?limit=200', from('198.51.100.7'))).body;
      return events.filter(({ type }) => type === 'address_changed');
    };
    await client.get('/api/session', from('127.0.0.1'));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.get('/api/session', from('203.0.113.5'))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await client.post('/api/session/extend', {}, from('203.0.113.5'));
    expect((await changes()).map(({ ip_address, device }) => [ip_address, device])).toEqual([
      ['198.51.100.7', 'Firefox on Linux'],
      ['203.0.113.5', 'Firefox on Linux'],
    ]);
    const { sessions } = (await client.get<{ sessions: DeviceView[] }>('/api/sessions', from('203.0.113.5'))).body;
    expect(sessions[0]).toMatchObject({ ip_address: '203.0.113.5' });
    expect(await changes()).toHaveLength(4);
    for (let count = 0; count < 60; count++) await client.get('/api/session', from(`203.0.113.${count % 2}`));
    expect((await changes()).length).toBeLessThan(25);
  });
});
