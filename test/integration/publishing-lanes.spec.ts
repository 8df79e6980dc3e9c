/** An instance that does not answer holds up its own people, and nobody else. */
import { PlatformConnection } from '../../src/database/entities/platform-connection.entity';
import { Post } from '../../src/database/entities/post.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import type { PlatformView } from '../../src/protocol/http';
import { eventually } from '../support/eventually';
import {
  allowed,
  connectTo,
  type FakeInstance,
  newAccount,
  startInstance,
  stopInstances,
} from '../support/fake-instance';
import { TestClient } from '../support/http-client';
import { closeProxies, startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { type App, closeApps, DATABASES, startApp } from './support/app';
import { published, write } from './support/posting';

const PEOPLE = 20;
/** Less than the 10 s that an instance is waited for. */
const AT_ONCE = 9000;

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;
  let town: FakeInstance;
  let away: FakeInstance;
  let line: TcpProxy;

  beforeAll(async () => {
    [town, away] = [await startInstance(), await startInstance({ name: 'Away' })];
    line = await startTcpProxy(Number(new URL(away.url).port));
    const hosts = `${allowed(town).ALLOW_PRIVATE_INSTANCES},127.0.0.1:${line.port}`;
    app = await startApp(await database(), { ALLOW_PRIVATE_INSTANCES: hosts });
  });
  afterAll(async () => {
    await closeApps();
    await closeProxies();
    await stopInstances();
  });

  it('publishes to others at once while twenty posts wait for a black hole', async () => {
    const client = new TestClient(app.url);
    await client.register();
    const { platform } = await connectTo(client, town);
    const instance_url = `http://127.0.0.1:${line.port}`;
    const connect = async (name: string) => {
      const form = { name, platform_type: 'mastodon', instance_url, access_token: newAccount(away).token };
      return (await client.post<PlatformView>('/api/platforms', form)).body;
    };
    const lost: PlatformView[] = [];
    for (let index = 0; index < PEOPLE; index++) lost.push(await connect(`Away ${index}`));
    const rows = app.get(UnitOfWork);
    const strangers = () =>
      rows.read((em) => em.createQueryBuilder(PlatformConnection, 'row').where('row.met_at IS NULL').getCount());
    await eventually(async () => expect(await strangers()).toBe(0));
    // All that is asked on connecting has been asked.
    await eventually(() => expect(away.requests.filter(({ route }) => /statuses$/.test(route))).toHaveLength(PEOPLE));

    line.blackHole();
    for (const each of lost) await write(client, each, 'into the dark');
    const inHand = () => rows.read((em) => em.countBy(Post, { status: 'publishing' }));
    await eventually(async () => expect(await inHand()).toBeGreaterThan(0));
    const post = await write(client, platform, 'to town');
    await published(client, platform, post.id, AT_ONCE);
    expect(await inHand()).toBeLessThanOrEqual(2);

    // New connections are made as well: the dead ones do not take up all that is asked.
    const late = Array.from({ length: 8 }, (__, index) => connect(`Late ${index}`));
    const { token, account } = newAccount(town);
    const form = { name: 'Second', platform_type: 'mastodon', instance_url: town.url, access_token: token };
    const second = (await client.post<PlatformView>('/api/platforms', form)).body;
    const known = async () => (await client.get<PlatformView>(`/api/platforms/${second.id}`)).body.username;
    await eventually(async () => expect(await known()).toBe(account.username), { timeout: AT_ONCE });
    expect(await Promise.all(late)).toMatchObject(Array(8).fill({ error_code: 'PLATFORM_UNREACHABLE' }));
  });
});
