/** A database of the version before tables had a prefix: everything in it is there afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { Connections } from '../../src/database/connections';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { temporaryFolder } from '../support/processes';
import { createDatabase } from '../support/services';
import { closeApps, startApp, TestClock } from './support/app';

/** Both were made by the server of that version: two platforms, a switch, a post, a session still open. */
const FIXTURES = join(__dirname, '../fixtures');
const ENCRYPTION_KEYS = Buffer.alloc(32, 7).toString('base64');
const MADE_AT = Date.parse('2026-11-30T00:10:00Z');

interface Kind {
  secret: string;
  /** @returns the URL of a database in which this SQL was run */
  create(sql: string): Promise<string>;
  fixture: string;
}

const KINDS: [string, Kind][] = [
  [
    'SQLite',
    {
      secret: 'LVp_fFltEZkJ_VA1XA5AljAjAJv88dwsB1YtnoFlk9g',
      fixture: 'unprefixed.sqlite.sql',
      create: async (sql) => {
        const file = join(temporaryFolder(), 'old.sqlite');
        new Database(file).exec(sql).close();
        return `sqlite:${file}`;
      },
    },
  ],
  [
    'MariaDB',
    {
      secret: 'xlxw8Pz_ApMItapJAL6fi7b0O_yCC0djcw6zdFtxTsU',
      fixture: 'unprefixed.mariadb.sql',
      create: async (sql) => {
        const url = await createDatabase();
        const connection = await createConnection({ uri: url, multipleStatements: true });
        await connection.query(`SET FOREIGN_KEY_CHECKS = 0; ${sql}`);
        await connection.end();
        return url;
      },
    },
  ],
];

const tablesOf = async (url: string): Promise<string[]> => {
  if (url.startsWith('sqlite:')) {
    const database = new Database(url.slice('sqlite:'.length));
    const rows = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all();
    database.close();
    return (rows as { name: string }[]).map(({ name }) => name);
  }
  const connection = await createConnection(url);
  const [rows] = await connection.query('SHOW TABLES');
  await connection.end();
  return (rows as object[]).map((row) => String(Object.values(row)[0]));
};

describe.each(KINDS)('%s', (_, { secret, create, fixture }) => {
  afterEach(closeApps);

  it('keeps every account, session, platform and post, and leaves no table behind', async () => {
    const url = await create(readFileSync(join(FIXTURES, fixture), 'utf8'));
    const clock = new TestClock();
    clock.advance(MADE_AT - Date.now());
    const app = await startApp(url, { ENCRYPTION_KEYS }, clock);
    const get = async (path: string) => {
      const answer = await fetch(app.url + path, { headers: { cookie: `vedfolnir_session=${secret}` } });
      return (await answer.json()) as Record<string, unknown>;
    };
    expect(await get('/api/session')).toMatchObject({
      user: { id: 1, username: 'ínky', role: 'admin' },
      platform: { id: 2, name: 'B' },
    });
    expect(await get('/api/user_platforms')).toMatchObject({
      platforms: [{ name: 'A', is_default: true }, { name: 'B' }],
    });
    expect(await get('/api/posts')).toMatchObject({ posts: [{ id: 1, content: 'Hello 👨‍👩‍👧‍👦 wörld' }] });
    expect((await tablesOf(url)).filter((name) => !name.startsWith('vedfolnir_'))).toEqual([]);
  });

  it("leaves a host's own tables of the same names alone", async () => {
    const url = await create(`CREATE TABLE users (id integer PRIMARY KEY, nickname varchar(20));
      INSERT INTO users VALUES (1, 'host');
      CREATE TABLE migrations (id integer PRIMARY KEY, timestamp bigint, name varchar(255));
      INSERT INTO migrations VALUES (1, 1, 'HostInitial1');`);
    await startApp(url);
    expect(await tablesOf(url)).toEqual(expect.arrayContaining(['users', 'migrations', 'vedfolnir_users']));
  });

  it('refuses a database that is older than can be upgraded', async () => {
    const url = await create(`CREATE TABLE migrations (id integer PRIMARY KEY, timestamp bigint, name varchar(255));
      INSERT INTO migrations VALUES (1, 1763942400000, 'Audit1763942400000');`);
    await expect(Connections.open(parseDatabaseUrl(url), 1)).rejects.toThrow('too old to be upgraded');
  });
});
