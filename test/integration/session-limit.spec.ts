/** SESSION_MAX_PER_USER: past it the oldest session ends, however many sign in at once. */
import { randomBytes, randomUUID } from 'node:crypto';
import { IsNull } from 'typeorm';
import { UserSession } from '../../src/database/entities/user-session.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { DeviceView } from '../../src/protocol/http';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab } from '../support/socket-client';
import { type App, closeApps, DATABASES, HOUR, startApp } from './support/app';

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;

  const start = async (most: number) => {
    app = await startApp(await database(), { SESSION_MAX_PER_USER: String(most) });
  };
  afterEach(async () => {
    closeTabs();
    await closeApps();
  });

  const devicesOf = async (client: TestClient): Promise<string[]> => {
    const { sessions } = (await client.get<{ sessions: DeviceView[] }>('/api/sessions')).body;
    return sessions.map(({ device }) => device).sort();
  };

  async function signIn(client: TestClient, name: string): Promise<TestClient> {
    // Time goes on from one sign-in to the next, so that there is an oldest.
    app.clock.advance(1000);
    const device = client.device(name);
    expect((await device.login()).status).toBe(200);
    return device;
  }

  it('lets exactly so many be, counting the one of the registration', async () => {
    await start(3);
    const a = new TestClient(app.url, { userAgent: 'a' });
    await a.register();
    const b = await signIn(a, 'b');
    const c = await signIn(a, 'c');
    expect(await devicesOf(c)).toEqual(['a', 'b', 'c']);
    const tab = await openTab(a);
    await tab.waitFor('session:state');
    const d = await signIn(a, 'd');
    expect(await devicesOf(d)).toEqual(['b', 'c', 'd']);
    expect(await tab.waitFor('session:ended')).toMatchObject({ reason: 'replaced', error_code: 'SESSION_REVOKED' });
    expect((await a.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    expect((await b.get('/api/session')).status).toBe(200);
  });

  it('does not count sessions that have ended or run out', async () => {
    await start(2);
    const a = new TestClient(app.url, { userAgent: 'a' });
    await a.register();
    const b = await signIn(a, 'b');
    await b.post('/api/auth/logout');
    const c = await signIn(a, 'c');
    expect(await devicesOf(c)).toEqual(['a', 'c']);
    app.clock.advance(11 * HOUR);
    await c.post('/api/session/extend');
    app.clock.advance(2 * HOUR);
    const d = await signIn(a, 'd');
    expect(await devicesOf(d)).toEqual(['c', 'd']);
  });

  it('has room for one at least, and none without a limit', async () => {
    await start(1);
    const a = new TestClient(app.url, { userAgent: 'a' });
    await a.register();
    expect(await devicesOf(await signIn(a, 'b'))).toEqual(['b']);
    await closeApps();
    await start(0);
    const free = new TestClient(app.url, { userAgent: 'a' });
    await free.register();
    let last = free;
    for (let index = 0; index < 12; index++) last = await signIn(free, `d${index}`);
    expect(await devicesOf(last)).toHaveLength(13);
  });

  it('holds when 20 sign in at once, and touches nobody else', async () => {
    await start(3);
    const other = new TestClient(app.url, { userAgent: 'other' });
    await other.register();
    const a = new TestClient(app.url, { userAgent: 'a' });
    await a.register();
    const devices = Array.from({ length: 20 }, (_, index) => a.device(`d${index}`));
    const answers = await Promise.all(devices.map((device) => device.login()));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const live = (await Promise.all(devices.map((device) => device.get('/api/session')))).filter(
      ({ status }) => status === 200,
    );
    expect(live).toHaveLength(3);
    expect((await a.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    expect((await other.get('/api/session')).status).toBe(200);
  });

  it('is a thousand where none is set, so that all of them can end at once', async () => {
    await start(0);
    const a = new TestClient(app.url, { userAgent: 'a' });
    await a.register();
    const work = app.get(UnitOfWork);
    const count = () => work.read((em) => em.count(UserSession, { where: { endedAt: IsNull() } }));
    const [first] = await work.read((em) => em.find(UserSession));
    for (let chunk = 0; chunk < 35; chunk++) {
      const rows = Array.from({ length: 100 }, () => ({
        ...first!,
        id: randomUUID(),
        tokenHash: randomBytes(32).toString('hex'),
      }));
      await work.write(({ em }) => em.insert(UserSession, rows));
    }
    const b = await signIn(a, 'b');
    expect(await count()).toBe(1000);
    expect((await b.post('/api/auth/logout', { everywhere: true })).status).toBe(204);
    expect(await count()).toBe(0);
  });
});
