/** One unit of work over both databases: nothing lost, nothing half done, nothing refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DatabaseConfig } from '../../src/common/config';
import { DomainEvents } from '../../src/common/domain-events';
import { ClusterLock } from '../../src/database/cluster-lock';
import { Connections } from '../../src/database/connections';
import { parseDatabaseUrl } from '../../src/database/database-url';
import { PlatformConnection } from '../../src/database/entities/platform-connection.entity';
import { Post } from '../../src/database/entities/post.entity';
import { User } from '../../src/database/entities/user.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { MIGRATIONS } from '../../src/migrations';
import { eventually } from '../support/eventually';
import { launch, temporaryFolder } from '../support/processes';
import { createDatabase } from '../support/services';

const KINDS: [string, () => Promise<DatabaseConfig>][] = [
  ['SQLite', async () => ({ kind: 'sqlite', path: join(temporaryFolder(), 'test.sqlite'), embedded: false })],
  ['MariaDB', async () => parseDatabaseUrl(await createDatabase())],
];

const user = (name: string): Omit<User, 'id'> => ({
  username: name,
  usernameKey: name,
  email: `${name}@example.org`,
  emailKey: `${name}@example.org`,
  passwordHash: 'x',
  role: 'user',
  isActive: true,
  revision: 0,
  changedAt: new Date('2026-01-02T03:04:05.678Z'),
  lastPlatformId: null,
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
});

/** Does as a process does that changes the tables, while `work` is done. */
async function holdMigrations(config: DatabaseConfig, work: () => Promise<void>): Promise<void> {
  if (config.kind === 'mysql') return void (await new ClusterLock(config).run('migrations', 0, work));
  const other = new Database(config.path);
  other.pragma('journal_mode = WAL');
  other.exec('BEGIN IMMEDIATE');
  await work();
  other.close();
}

/** A process that opens the database at the very moment when the others do. */
const starter = (config: DatabaseConfig, go: string) => `
  const { existsSync } = require('node:fs');
  const { Connections } = require(${JSON.stringify(join(__dirname, '../../dist/src/database/connections.js'))});
  console.log('waiting');
  while (!existsSync(${JSON.stringify(go)}));
  Connections.open(${JSON.stringify(config)}, 1).then(async (connections) => {
    const rows = await connections.reader.query('SELECT id FROM vedfolnir_installation');
    console.log(rows.length, 'installation');
    await connections.close();
  });
`;

describe.each(KINDS)('%s', (_, configure) => {
  let config: DatabaseConfig;
  let open: Connections[];
  let connections: Connections;
  let work: UnitOfWork;
  let events: DomainEvents;

  beforeEach(async () => {
    config = await configure();
    connections = await Connections.open(config, 10);
    open = [connections];
    events = new DomainEvents();
    work = new UnitOfWork(connections, events);
  });
  afterEach(() => Promise.all(open.map((each) => each.close())));

  it('has no drift between the migrations and the entities', async () => {
    const { upQueries } = await connections.writer.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('undoes its migrations, one after the other, and does them again', async () => {
    const { writer } = connections;
    for (let left = MIGRATIONS.length; left > 0; left--) {
      expect(await writer.query('SELECT name FROM vedfolnir_migrations')).toHaveLength(left);
      await writer.undoLastMigration();
    }
    const runner = writer.createQueryRunner();
    const left = writer.entityMetadatas.map(async ({ tableName }) => [tableName, await runner.hasTable(tableName)]);
    expect((await Promise.all(left)).filter(([, isThere]) => isThere)).toEqual([]);
    await runner.release();
    await writer.runMigrations();
    const { upQueries } = await writer.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    expect(await work.read((em) => em.count(User))).toBe(0);
  });

  it('lets two nodes start together on an empty database', async () => {
    const fresh = await configure();
    const nodes = await Promise.all([Connections.open(fresh, 1), Connections.open(fresh, 1)]);
    open.push(...nodes);
    for (const node of nodes) expect(await new UnitOfWork(node, events).read((em) => em.count(User))).toBe(0);
  });

  it('touches no table while another process is at it', async () => {
    const fresh = await configure();
    let refused: unknown;
    await holdMigrations(fresh, async () => {
      refused = await Connections.open(fresh, 1, 0).catch((error: unknown) => error);
    });
    expect(refused).toMatchObject({ code: 'DATABASE_ERROR', message: expect.stringContaining('Another process') });
    const late = await Connections.open(fresh, 1, 0);
    open.push(late);
    expect(await late.reader.query('SELECT name FROM vedfolnir_migrations')).toHaveLength(MIGRATIONS.length);
  });

  it('lets several processes start together on an empty database', async () => {
    const folder = temporaryFolder();
    const go = join(folder, 'go');
    const script = join(folder, 'start.cjs');
    writeFileSync(script, starter(await configure(), go));
    const processes = Array.from({ length: 4 }, () => launch(process.execPath, [script]));
    for (const each of processes) await eventually(() => each.output().includes('waiting'), { timeout: 30_000 });
    writeFileSync(go, '');
    for (const each of processes) {
      const { code } = await each.exited;
      expect([code, each.output()]).toEqual([0, 'waiting\n1 installation\n']);
    }
  });

  it('keeps times to the millisecond in UTC, names by case and accent, and emoji whole', async () => {
    await work.write(async ({ em }) => {
      for (const name of ['resume', 'résumé', 'Resume', '👩‍👩‍👧']) await em.insert(User, user(name));
    });
    const found = await work.read((em) => em.findOneOrFail(User, { where: { usernameKey: 'résumé' } }));
    expect([found.username, found.createdAt.toISOString()]).toEqual(['résumé', '2026-01-02T03:04:05.678Z']);
    expect(await work.read((em) => em.exists(User, { where: { usernameKey: '👩‍👩‍👧' } }))).toBe(true);
  });

  it('does 100 concurrent mixed writes, a third of which roll back', async () => {
    const owner = await work.write(({ em }) => em.save(User, em.create(User, user('owner'))));
    const platform = await work.write(({ em }) =>
      em.save(
        PlatformConnection,
        em.create(PlatformConnection, {
          userId: owner.id,
          name: 'p',
          platformType: 'mastodon',
          instanceUrl: 'https://p.example',
          username: null,
          accountKey: 'p',
          accessToken: 't',
          isDefault: true,
          isActive: true,
          createdAt: new Date(),
        }),
      ),
    );
    const published: number[] = [];
    events.on('platforms.changed', ({ revision }) => published.push(revision));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        work.write(async (tx) => {
          await tx.em.increment(User, { id: owner.id }, 'revision', 1);
          await tx.em.insert(User, user(`new-${index}`));
          // Reads of others meanwhile must not see what is not committed yet.
          await tx.em.insert(Post, {
            userId: owner.id,
            platformConnectionId: platform.id,
            title: null,
            content: `post ${index}`,
            visibility: 'public',
            spoilerText: null,
            status: 'queued',
            postUrl: null,
            error: null,
            createdAt: new Date(),
            publishedAt: null,
          });
          tx.publish({
            name: 'platforms.changed',
            payload: { userId: owner.id, revision: index, platforms: [], sessions: [], at: new Date().toISOString() },
          });
          if (index % 3 === 0) throw new Error('rolled back on purpose');
          return index;
        }),
      ),
    );
    const kept = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    expect(new Set(reasons)).toEqual(new Set(['Error: rolled back on purpose']));
    expect(kept).toHaveLength(66);

    const state = await work.read(async (em) => ({
      revision: (await em.findOneOrFail(User, { where: { id: owner.id } })).revision,
      users: (await em.find(User)).map(({ username }) => username).filter((name) => name.startsWith('new-')),
      posts: (await em.find(Post)).map(({ content }) => content),
    }));
    expect(state.revision).toBe(66);
    expect(state.users.sort()).toEqual(kept.map((index) => `new-${index}`).sort());
    expect(state.posts.sort()).toEqual(kept.map((index) => `post ${index}`).sort());
    expect(published.sort((a, b) => a - b)).toEqual(kept);
  });

  it('lets nobody wait for the burst of another', async () => {
    const [one, other] = await work.write(({ em }) =>
      em.save(User, [em.create(User, user('one')), em.create(User, user('other'))]),
    );
    let done = 0;
    const raise = ({ id }: User) =>
      work.write(async ({ em }) => {
        await em.increment(User, { id }, 'revision', 1);
        done++;
      }, id);
    const burst = Promise.all(Array.from({ length: 200 }, () => raise(one!)));
    await raise(other!);
    expect(done).toBeLessThan(20);
    await burst;
    expect(done).toBe(201);
  });

  it('shows a read only what is committed', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let inserted = () => {};
    const written = new Promise<void>((resolve) => (inserted = resolve));
    const writing = work.write(async ({ em }) => {
      await em.insert(User, user('ghost'));
      inserted();
      await held;
      throw new Error('never was');
    });
    await written;
    expect(await work.read((em) => em.count(User))).toBe(0);
    release();
    await expect(writing).rejects.toThrow('never was');
    expect(await work.read((em) => em.count(User))).toBe(0);
  });

  it('refuses work inside of work, which is how a small pool locks up', async () => {
    await expect(work.write(() => work.write(async () => 1))).rejects.toThrow('inside');
    await expect(work.write(() => work.read(async () => 1))).rejects.toThrow('inside');
  });

  it('works with a pool of one', async () => {
    const small = await Connections.open(config, 1);
    open.push(small);
    const narrow = new UnitOfWork(small, events);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => narrow.write(({ em }) => em.insert(User, user(`n${index}`)))),
    );
    expect(await narrow.read((em) => em.count(User))).toBe(20);
  });
});

it('reads what others have committed on every connection of the pool, the first one too', async () => {
  const connections = await Connections.open(parseDatabaseUrl(await createDatabase()), 3);
  const level = async () => {
    const runner = connections.writer.createQueryRunner();
    const [row] = (await runner.query(
      "SHOW VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')",
    )) as [{ Value: string }];
    return { runner, level: row.Value };
  };
  // Each holds on to its connection, so that the next one is given another.
  const held = [await level(), await level(), await level()];
  expect(held.map(({ level }) => level)).toEqual(Array(3).fill('READ-COMMITTED'));
  await Promise.all(held.map(({ runner }) => runner.release()));
  await connections.close();
});

it('tries a transaction again that met another one on MariaDB', async () => {
  const connections = await Connections.open(parseDatabaseUrl(await createDatabase()), 10);
  const work = new UnitOfWork(connections, new DomainEvents());
  const [a, b] = await work.write(async ({ em }) => [
    (await em.save(User, em.create(User, user('a')))).id,
    (await em.save(User, em.create(User, user('b')))).id,
  ]);
  let attempts = 0;
  const crosswise = (first: number, second: number) =>
    work.write(async ({ em }) => {
      attempts++;
      await em.increment(User, { id: first }, 'revision', 1);
      await em.query('SELECT SLEEP(0.05)');
      await em.increment(User, { id: second }, 'revision', 1);
    });
  await Promise.all(Array.from({ length: 6 }, (_, index) => (index % 2 ? crosswise(a!, b!) : crosswise(b!, a!))));
  const rows = await work.read((em) => em.find(User));
  expect(rows.map(({ revision }) => revision)).toEqual([6, 6]);
  expect(attempts).toBeGreaterThan(6);
  await connections.close();
});
