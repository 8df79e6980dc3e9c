/** Authorisation: administrators' rights, stolen cookies, weak passwords and misleading names. */

import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { User } from '../../src/database/entities/user.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { AdminAuditView, AuditView } from '../../src/protocol/audit';
import { ANY_DATABASE, type App, closeApps, HOUR, startApp } from '../integration/support/app';
import { expectRow } from '../integration/support/attack';
import { TestClient } from '../support/http-client';
import { sharedInstanceUrl } from '../support/shared-instances';
import { closeTabs, openTab } from '../support/socket-client';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';

describe.each(ANY_DATABASE)('%s', (_, database) => {
  let app: App;
  let admin: TestClient;

  beforeAll(async () => {
    app = await startApp(await database(), { SESSION_LIFETIME: '240h', SESSION_IDLE_TIMEOUT: '240h' });
    admin = new TestClient(app.url, { userAgent: 'admin-program/1' });
    await admin.register({ username: 'admin' });
  });
  afterAll(async () => {
    closeTabs();
    await closeApps();
  });

  async function person(userAgent = 'tests/1') {
    const client = new TestClient(app.url, { userAgent });
    const { body } = await client.register();
    return { client, id: body.user.id, sessionId: body.session.id };
  }

  it('asks an administrator for the password before ending sessions or disabling accounts', async () => {
    const { client, id, sessionId } = await person();
    app.clock.advance(HOUR);
    for (const [method, path] of [
      ['DELETE', `/api/admin/sessions/${sessionId}`],
      ['POST', `/api/admin/users/${id}/disable`],
      ['POST', `/api/admin/users/${id}/enable`],
    ] as const) {
      expectRow(await admin.request(method, path), 'REAUTHENTICATION_REQUIRED');
    }
    expect((await client.get('/api/session')).status).toBe(200);
    await admin.post('/api/auth/reauthenticate', { password: 'correct horse battery staple' });
    expect((await admin.delete(`/api/admin/sessions/${sessionId}`)).status).toBe(204);
  });

  it('records the administrator and their device in the trail, and shows the user neither', async () => {
    await admin.post('/api/auth/reauthenticate', { password: 'correct horse battery staple' });
    const { client, id, sessionId } = await person();
    expect((await admin.delete(`/api/admin/sessions/${sessionId}`)).status).toBe(204);
    expect((await admin.post(`/api/admin/users/${id}/disable`)).status).toBe(200);
    expect((await admin.post(`/api/admin/users/${id}/enable`)).status).toBe(204);
    const { events } = (await admin.get<AdminAuditView>(`/api/admin/audit?user_id=${id}`)).body;
    const done = events.filter(({ actor }) => actor !== null);
    expect(done.map(({ type }) => type)).toEqual(['account_enabled', 'account_disabled', 'session_ended']);
    for (const { actor, device } of done) {
      expect([actor?.username, device]).toEqual(['admin', 'admin-program/1']);
    }
    await client.login();
    const own = (await client.get<AuditView>('/api/audit')).body.events.filter(({ type }) => type === 'session_ended');
    expect(own.map(({ device, ip_address }) => [device, ip_address])).toEqual([['An administrator', '']]);
  });

  it('applies a revoked role at once, whatever is cached', async () => {
    const { client, id } = await person();
    const setRole = (role: 'user' | 'admin') =>
      app.get<UnitOfWork>(UnitOfWork).write(({ em }) => em.update(User, { id }, { role }));
    expectRow(await client.get('/api/admin/sessions'), 'FORBIDDEN');
    await setRole('admin');
    expect((await client.get('/api/admin/sessions')).status).toBe(200);
    await setRole('user');
    expectRow(await client.get('/api/admin/sessions'), 'FORBIDDEN');
  });

  it('ends a browser’s session when another program sends its cookie, by socket and on the sign-in page', async () => {
    const { client } = await person(FIREFOX);
    const { url, cookie } = client;
    (await openTab(client)).close();
    const refused = openTab({ url, cookie, userAgent: 'curl/8.0' });
    await expect(refused).rejects.toMatchObject({ data: { error_code: 'SESSION_REVOKED' } });
    expectRow(await client.get('/api/session'), 'SESSION_REVOKED');

    const other = await person(FIREFOX);
    const page = { accept: 'text/html' };
    expect((await other.client.get('/login', { headers: page })).status).toBe(303);
    const thief = await other.client.get('/login', { headers: { ...page, 'user-agent': 'curl/8.0' } });
    expect([thief.status, thief.headers.location]).toEqual([200, undefined]);
    expectRow(await other.client.get('/api/session'), 'SESSION_REVOKED');
  });

  it('rejects common passwords, and names that resemble another user’s or the site’s', async () => {
    const register = (fields: Record<string, string>) =>
      new TestClient(app.url).register({ username: `u${randomUUID().slice(0, 8)}`, ...fields });
    for (const password of ['eleven 11!!', 'password1234', 'vedfolnir1234', 'aaaaaaaaaaaa']) {
      expectRow(await register({ password }), 'VALIDATION_ERROR');
    }
    for (const username of ['аdmin', 'root', 'Ad.min', 'support']) {
      expectRow(await register({ username, email: `${randomUUID()}@example.org` }), 'VALIDATION_ERROR');
    }
    const { client } = await person();
    const change = (new_password: string) =>
      client.post('/api/auth/password', { current_password: 'correct horse battery staple', new_password });
    expectRow(await change('password1234'), 'VALIDATION_ERROR');
    expect((await change('a long one that nobody has')).status).toBe(200);
  });

  it('stores nothing of an upload once its session is revoked', async () => {
    const { client, sessionId } = await person();
    const form = { name: 'A', platform_type: 'mastodon', instance_url: sharedInstanceUrl(), access_token: 't' };
    const platform = (await client.post<{ id: number }>('/api/platforms', form)).body;
    const { hostname, port } = new URL(app.url);
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(8_000_000)]);
    const head =
      '--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: image/png\r\n\r\n';
    const whole = Buffer.concat([Buffer.from(head), png, Buffer.from('\r\n--edge--\r\n')]);
    const socket = connect(Number(port), hostname);
    const answered = new Promise<string>((resolve) => socket.on('data', (bytes) => resolve(bytes.toString())));
    const lines = [
      'POST /api/media HTTP/1.1',
      `Host: ${hostname}:${port}`,
      `Cookie: ${client.cookie}`,
      `X-CSRFToken: ${client.csrfToken}`,
      `X-Platform-Id: ${platform.id}`,
      'User-Agent: tests/1',
      'Connection: close',
      'Content-Type: multipart/form-data; boundary=edge',
      `Content-Length: ${whole.length}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.write(whole.subarray(0, 1_500_000));
    const device = client.device();
    await device.login();
    expect((await device.delete(`/api/sessions/${sessionId}`)).status).toBe(204);
    // Only partly sent: data of an ended session is rejected on arrival.
    socket.write(whole.subarray(1_500_000, 5_000_000));
    expect(await answered).toMatch(/^HTTP\/1.1 401 [\s\S]*SESSION_REVOKED/);
    socket.destroy();
  });
});
