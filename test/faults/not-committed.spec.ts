/**
 * Acknowledged changes are committed: also after a full disk, a lost response, and a failover to a read-only server.
 */
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { DomainEvents } from '../../src/common/domain-events';
import { Connections } from '../../src/database/connections';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { User } from '../../src/database/entities/user.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { closeApps, startApp } from '../integration/support/app';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { temporaryFolder } from '../support/processes';
import { createDatabase, startMariaDb } from '../support/services';
import { startTcpProxy } from '../support/tcp-proxy';

afterAll(closeApps);

describe('a full disk', () => {
  /** The file may not grow, as on a full disk: the writer really gets SQLITE_FULL. */
  const fill = async ({ writer }: Connections) => {
    const [{ page_count }] = (await writer.query('PRAGMA page_count')) as [{ page_count: number }];
    await writer.query(`PRAGMA max_page_count = ${page_count}`);
  };

  it('is reported, and changes acknowledged afterwards are stored', async () => {
    const app = await startApp(`sqlite:${join(temporaryFolder(), 'test.sqlite')}`);
    const connections = app.get<Connections>(Connections);
    const client = new TestClient(app.url);
    await client.register();
    for (let round = 0; round < 3; round++) {
      await fill(connections);
      const failures = await eventually(async () => {
        const failed = await Promise.all(
          Array.from({ length: 20 }, async () => (await new TestClient(app.url).register()).body as unknown),
        );
        const told = failed.filter((body) => (body as { error_code?: string }).error_code === 'DATABASE_ERROR');
        expect(told.length).toBeGreaterThan(0);
        return told;
      });
      expect(failures[0]).toMatchObject({ success: false, retry_after: 30 });
      // Space is available again: the connection was reopened, and its file may grow.
      const later = new TestClient(app.url);
      const username = `later${round}`;
      expect((await later.register({ username })).status).toBe(201);
      const { reader } = connections;
      expect(await reader.manager.exists(User, { where: { username } })).toBe(true);
      const device = client.device();
      expect((await device.login()).status).toBe(200);
      expect((await device.post('/api/auth/logout')).status).toBe(204);
      expect((await device.get('/api/session')).status).toBe(401);
    }
    await app.close();
  });
});

describe('on MariaDB', () => {
  it('answers OUTCOME_UNKNOWN when the commit is not confirmed', async () => {
    const target = parseDatabaseUrl(await createDatabase());
    if (target.kind !== 'mysql') throw new Error('This is about MySQL');
    const proxy = await startTcpProxy(target.connection.port);
    const through = { ...target, connection: { ...target.connection, host: '127.0.0.1', port: proxy.port } };
    const connections = await Connections.open(through, 2);
    const work = new UnitOfWork(connections, new DomainEvents());
    const unknown = work.write(async ({ em }) => {
      await em.query('SELECT 1');
      // The next statement is the commit.
      proxy.blackHole();
    });
    await expect(unknown).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', options: { retryAfter: 5 } });
    const away = work.write(({ em }) => em.query('SELECT 1'));
    await expect(away).rejects.toMatchObject({ code: 'DATABASE_ERROR' });
    proxy.heal();
    await eventually(() => work.write(({ em }) => em.query('SELECT 1')), { timeout: 20_000 });
    await connections.close();
    await proxy.close();
  });

  it('is not ready while its server is read-only, and uses the new server as soon as there is one', async () => {
    const server = await startMariaDb();
    const url = new URL(await createDatabase(server.url()));
    const root = await createConnection(server.url());
    await root.query("CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret'");
    await root.query(`GRANT ALL ON \`${url.pathname.slice(1)}\`.* TO app@'127.0.0.1'`);
    [url.username, url.password] = ['app', 'secret'];
    const app = await startApp(url.href);
    const client = new TestClient(app.url);
    await client.register();
    const idsOf = async () => {
      const [rows] = await root.query("SELECT id FROM information_schema.processlist WHERE user = 'app'");
      return (rows as { id: number }[]).map(({ id }) => id);
    };
    const before = await idsOf();
    await root.query('SET GLOBAL read_only = 1');
    expect((await client.get('/health/ready')).status).toBe(503);
    const refused = await client.post('/api/session/extend');
    expect([refused.status, refused.body.error_code]).toEqual([503, 'DATABASE_ERROR']);
    await root.query('SET GLOBAL read_only = 0');
    expect((await client.get('/health/ready')).status).toBe(200);
    expect((await client.post('/api/session/extend')).status).toBe(200);
    const after = await idsOf();
    expect(before.filter((id) => after.includes(id))).toEqual([]);
    await root.end();
    await app.close();
    await server.stop();
  });
});
