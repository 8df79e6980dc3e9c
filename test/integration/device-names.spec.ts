/** What a person calls a device: theirs to give, and there again when the same browser signs in once more. */
import type { DeviceView } from '../../src/protocol/http';
import { TestClient } from '../support/http-client';
import { ANY_DATABASE, type App, closeApps, startApp } from './support/app';

describe.each(ANY_DATABASE)('%s', (_, createUrl) => {
  let app: App;
  let client: TestClient;

  beforeAll(async () => {
    app = await startApp(await createUrl());
  });
  beforeEach(async () => {
    client = new TestClient(app.url);
    await client.register();
  });
  afterAll(closeApps);

  const devices = async (of = client) => (await of.get<{ sessions: DeviceView[] }>('/api/sessions')).body.sessions;
  const own = async (of = client) => (await devices(of)).find(({ current }) => current)!;
  const rename = async (id: string, name: unknown, by = client) =>
    (await by.patch(`/api/sessions/${id}`, { name })).status;

  it('has none at first; one is given, changed and taken away, from another device too', async () => {
    const { id, name, device } = await own();
    expect(name).toBeNull();
    expect(await rename(id, '  Kitchen 🫖 ')).toBe(204);
    expect(await own()).toMatchObject({ id, name: 'Kitchen 🫖', device });
    const other = client.device();
    await other.login();
    expect(await rename(id, 'Pantry', other)).toBe(204);
    expect((await own()).name).toBe('Pantry');
    expect(await rename(id, '')).toBe(204);
    expect((await own()).name).toBeNull();
  });

  it('goes on with the browser that signs in again, and with no other', async () => {
    await rename((await own()).id, 'Kitchen');
    await client.login();
    expect((await own()).name).toBe('Kitchen');
    const other = client.device();
    await other.login();
    expect((await own(other)).name).toBeNull();
  });

  it.each([
    ['too long', 'x'.repeat(61)],
    ['no text', 7],
    ['nothing', undefined],
    ['a control character', 'a\u0007b'],
  ])('refuses %s', async (_name, name) => {
    const { id } = await own();
    expect(await rename(id, name)).toBe(400);
    expect((await own()).name).toBeNull();
  });

  it("knows nothing of a session that is another person's, or has ended, or never was", async () => {
    const stranger = new TestClient(app.url);
    await stranger.register();
    const { id } = await own(stranger);
    expect(await rename(id, 'Mine')).toBe(404);
    expect((await own(stranger)).name).toBeNull();
    const other = client.device();
    await other.login();
    const gone = await own(other);
    await other.post('/api/auth/logout');
    expect(await rename(gone.id, 'Gone')).toBe(404);
    expect(await rename('00000000-0000-4000-8000-000000000000', 'Nobody')).toBe(404);
  });
});
