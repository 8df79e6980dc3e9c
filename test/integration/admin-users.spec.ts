/** An administrator shuts somebody out, and lets them in again. */
import type { AuditView } from '../../src/protocol/audit';
import type { RestSessionState } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { ADMIN } from '../support/shared';
import { openTab } from '../support/socket-client';
import { expectRow } from './support/attack';

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let admin: TestClient;

  beforeAll(async () => {
    running = await backend.shared();
    admin = new TestClient(running.nodes[0]!.url);
    await admin.login(ADMIN);
  });
  afterAll(() => running.stop());

  async function person() {
    const client = new TestClient(running.nodes.at(-1)!.url);
    const { user } = (await client.register()).body;
    return { client, id: user.id };
  }

  it('ends all sessions of whoever is disabled, at once and everywhere, and opens none', async () => {
    const { client, id } = await person();
    const phone = client.device('phone');
    await phone.login();
    const tabs = await Promise.all([client, phone].map((each) => openTab(each)));
    for (const each of [client, phone]) expect((await each.get('/api/session')).status).toBe(200);

    const { status, body } = await admin.post(`/api/admin/users/${id}/disable`);
    expect([status, body]).toEqual([200, { ended: 2 }]);
    for (const tab of tabs) {
      expect(await tab.waitFor('session:ended')).toMatchObject({
        reason: 'user_disabled',
        error_code: 'SESSION_REVOKED',
      });
      await tab.closed;
    }
    for (const each of [client, phone]) {
      expect((await each.get('/api/session')).body).toMatchObject({
        error_code: 'SESSION_REVOKED',
        reason: 'user_disabled',
      });
    }
    expectRow(await client.device().login(), 'INVALID_CREDENTIALS');
    expect((await admin.post(`/api/admin/users/${id}/disable`)).body).toEqual({ ended: 0 });

    expect((await admin.post(`/api/admin/users/${id}/enable`)).status).toBe(204);
    // What has ended stays so.
    expect((await phone.get('/api/session')).body).toMatchObject({ error_code: 'SESSION_REVOKED' });
    const again = client.device();
    expect((await again.login()).status).toBe(200);
    const { events } = (await again.get<AuditView>('/api/audit')).body;
    expect(events.filter(({ reason }) => reason === 'user_disabled')).toHaveLength(2);
  });

  it('refuses to shut out oneself, or nobody, or by somebody who is no administrator', async () => {
    const { id } = (await admin.get<RestSessionState>('/api/session')).body.user;
    expectRow(await admin.post(`/api/admin/users/${id}/disable`), 'FORBIDDEN');
    for (const what of ['disable', 'enable']) {
      expectRow(await admin.post(`/api/admin/users/999999/${what}`), 'NOT_FOUND');
      const { client } = await person();
      expectRow(await client.post(`/api/admin/users/${id}/${what}`), 'FORBIDDEN');
    }
    expect((await admin.get('/api/session')).status).toBe(200);
  });
});
