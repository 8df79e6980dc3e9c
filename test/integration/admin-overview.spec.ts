/** What an administrator sees at a glance: counts, the last day by the hour, instances in trouble, and people. */
import type { AdminUsersView, OverviewView } from '../../src/protocol/admin';
import type { RestSessionState } from '../../src/protocol/http';
import { TestClient } from '../support/http-client';
import { type App, closeApps, DATABASES, startApp } from './support/app';
import { connectPlatforms } from './support/scenario';

describe.each(DATABASES)('%s', (_, createUrl) => {
  let app: App;
  let admin: TestClient;

  beforeAll(async () => {
    app = await startApp(await createUrl());
    admin = new TestClient(app.url);
    await admin.register();
  });
  afterAll(closeApps);

  const overview = async () => (await admin.get<OverviewView>('/api/admin/overview')).body;
  const people = async (query: string) => (await admin.get<AdminUsersView>(`/api/admin/users?${query}`)).body;
  const nameOf = async (of: TestClient) => (await of.get<RestSessionState>('/api/session')).body.user.username;

  it('counts people, sessions and what they did, by the hour, the current one last', async () => {
    const before = await overview();
    const client = new TestClient(app.url);
    await client.register();
    const [platform] = await connectPlatforms(client);
    const headers = { 'x-platform-id': String(platform!.id) };
    expect((await client.post('/api/posts', { content: 'First words' }, { headers })).status).toBe(201);
    await client.device().login({ username: await nameOf(client), password: 'not this one' });

    const after = await overview();
    expect(after.people - before.people).toBe(1);
    expect(after.live_sessions - before.live_sessions).toBe(1);
    expect(after.hours).toHaveLength(24);
    const total = ({ hours }: OverviewView, of: 'sign_ins' | 'failed_sign_ins') =>
      hours.reduce((sum, hour) => sum + hour[of], 0);
    expect(total(after, 'sign_ins') - total(before, 'sign_ins')).toBe(1);
    expect(total(after, 'failed_sign_ins') - total(before, 'failed_sign_ins')).toBe(1);
    const times = after.hours.map(({ at }) => Date.parse(at));
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual(Array(23).fill(3_600_000));
    expect(Date.now() - times.at(-1)!).toBeLessThan(2 * 3_600_000);
  });

  it('lists people with what they have, newest first, by part of a name, page by page', async () => {
    const clients = Array.from({ length: 3 }, () => new TestClient(app.url));
    const stem = `crew${Date.now()}`;
    for (const [index, client] of clients.entries()) await client.register({ username: `${stem}-${index}` });
    await connectPlatforms(clients[2]!);
    await clients[2]!.device().login();
    const first = await people(`query=${stem.toUpperCase()}&limit=2`);
    expect(first.users.map(({ username, sessions }) => [username, sessions])).toEqual([
      [`${stem}-2`, 2],
      [`${stem}-1`, 1],
    ]);
    expect(first.users[0]).toMatchObject({ role: 'user', is_active: true, platforms: expect.any(Number) });
    expect(first.users[0]!.platforms).toBeGreaterThan(0);
    const rest = await people(`query=${stem}&limit=2&before_id=${first.next_before_id}`);
    expect(rest.users.map(({ username }) => username)).toEqual([`${stem}-0`]);
    expect(rest.next_before_id).toBeNull();
    expect((await people('query=%25')).users).toEqual([]);
  });

  it.each(['overview', 'users'])('is for administrators alone: %s', async (path) => {
    const client = new TestClient(app.url);
    await client.register();
    expect((await client.get(`/api/admin/${path}`)).status).toBe(403);
  });
});
