/** Secrets that are nobody's, by the hundred: who brings them waits, and nobody else does. */
import { randomBytes } from 'node:crypto';
import { ERRORS } from '../../src/protocol/errors';
import type { PlatformView } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';
import { expectRow, startEmpty } from './support/attack';
import { connectPlatforms } from './support/scenario';

const ALLOWED = 300;
/** Ever another address of one line. */
const here = () => ({ 'x-forwarded-for': `2001:db8:1:2:${randomBytes(2).toString('hex')}::1` });
const THERE = { 'x-forwarded-for': '2001:db8:1:3::1' };

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  beforeAll(async () => {
    running = await startEmpty(backend, { RATE_LIMITS: 'on', TRUST_PROXY: '1' });
  });
  afterAll(() => running.stop());

  const stranger = () => {
    const client = new TestClient(running.nodes[0]!.url);
    client.cookie = `vedfolnir_session=${randomBytes(32).toString('base64url')}`;
    return client;
  };

  it('makes the one who tries them wait, and lets the neighbours go on', async () => {
    const neighbour = new TestClient(running.nodes[0]!.url);
    await neighbour.register();
    const [platform] = (await connectPlatforms(neighbour)) as [PlatformView];
    for (const { url } of running.nodes) {
      expect((await neighbour.at(url).get('/api/session', { headers: here() })).status).toBe(200);
    }

    for (let count = 0; count < ALLOWED; count++) {
      expectRow(await stranger().get('/api/session', { headers: here() }), 'SESSION_INVALID');
    }
    const refused = await stranger().get('/api/session', { headers: here() });
    expectRow(refused, 'RATE_LIMITED');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expectRow(await stranger().post('/api/session/extend', {}, { headers: here() }), 'RATE_LIMITED');
    await expect(openTab(stranger(), { headers: here() })).rejects.toMatchObject({
      data: { error_code: 'RATE_LIMITED', error: ERRORS.RATE_LIMITED.message },
    });

    expect((await neighbour.get('/api/session', { headers: here() })).status).toBe(200);
    expect((await neighbour.post('/api/session/extend', {}, { headers: here() })).status).toBe(200);
    const tab = await openTab(neighbour, { headers: here() });
    tab.close();
    // What empties the caches, and what no cache has had yet.
    for (const each of [neighbour, neighbour.at(running.nodes.at(-1)!.url)]) {
      expect((await each.post(`/api/switch_platform/${platform.id}`, {}, { headers: here() })).status).toBe(200);
      expect((await each.get('/api/session', { headers: here() })).status).toBe(200);
      expect((await each.post('/api/session/extend', {}, { headers: here() })).status).toBe(200);
    }
    const phone = neighbour.device();
    expect((await phone.login()).status).toBe(200);
    expect((await phone.get('/api/session', { headers: here() })).status).toBe(200);
    const form = { current_password: 'correct horse battery staple', new_password: 'another correct battery' };
    expect((await phone.post('/api/auth/password', form, { headers: here() })).status).toBe(200);
    expect((await phone.get('/api/session', { headers: here() })).status).toBe(200);
    const elsewhere = phone.at(running.nodes.at(-1)!.url);
    await eventually(async () => {
      expect((await elsewhere.get('/api/session', { headers: here() })).status).toBe(200);
    });
    expect((await phone.post('/api/auth/logout', {}, { headers: here() })).status).toBe(204);
    expectRow(await stranger().get('/api/session', { headers: THERE }), 'SESSION_INVALID');
  });
});
