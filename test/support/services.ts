/** Temporary MariaDB and Redis servers, and databases on the shared one. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { createClient } from 'redis';
import { findBinary, type Program } from '../../scripts/lib/binaries.cjs';
import { eventually } from './eventually';
import { freePort, launch, type Managed, temporaryFolder } from './processes';

export interface Service {
  port: number;
  /** Stops it gracefully. */
  stop(): Promise<void>;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with its existing data; stops it first if it runs. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface MariaDb extends Service {
  /** @returns `mysql://…/database`; without a name, the server's URL */
  url(database?: string): string;
}

export interface Redis extends Service {
  url: string;
}

/** The database templates made by `makeTemplates`. */
export interface Templates {
  /** A file to copy. */
  sqlite: string;
  /** An SQL script for an empty database. */
  mariaDb: string;
  /** The table whose only row is the installation's id, which must be unique per database. */
  installation: string;
}

const isRoot = process.getuid?.() === 0;

function needBinary(program: Program): string {
  const path = findBinary(program);
  if (!path)
    throw new Error(`${program} is not installed: this suite cannot run without it. \`npm test\` installs it.`);
  return path;
}

async function supervise(port: number, start: () => Managed, isReady: () => Promise<void>): Promise<Service> {
  let current: Managed;
  const up = async () => {
    current = start();
    const gone = current.exited.then(() => {
      throw new Error(`The service on port ${port} ended while starting:\n${current.output()}`);
    });
    gone.catch(() => {});
    await Promise.race([gone, eventually(isReady, { timeout: 30_000, interval: 20 })]);
  };
  await up();
  return {
    port,
    stop: async () => void (await current.stop()),
    kill: () => current.kill(),
    restart: async () => {
      if (current.running()) await current.stop();
      await up();
    },
    freeze: () => current.freeze(),
    thaw: () => current.thaw(),
  };
}

/** Starts a separate MariaDB, for suites that stop, freeze or restart it. Takes about 1.5 s. */
export async function startMariaDb(): Promise<MariaDb> {
  const server = needBinary('mariadbd');
  const folder = temporaryFolder();
  const base = [
    '--no-defaults',
    `--datadir=${folder}/data`,
    // Its own folder: a starting server deletes leftovers of others in a shared one.
    `--tmpdir=${folder}`,
    ...(isRoot ? ['--user=root'] : []),
  ];
  const setup = [...base, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  await promisify(execFile)(needBinary('mariadb-install-db'), setup);

  const port = await freePort();
  const args = [
    ...base,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    // Relative to the data folder: a socket path is limited to 107 characters.
    '--socket=mariadb.sock',
    '--pid-file=mariadb.pid',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--max-connections=500',
    '--innodb-buffer-pool-size=128M',
    '--innodb-log-file-size=16M',
    // Survives a kill of the server, though not of the machine; flushing the disk with every commit would take most of
    // the run.
    '--innodb-flush-log-at-trx-commit=2',
  ];
  const url = (database = '') => `mysql://root@127.0.0.1:${port}/${database}`;
  const service = await supervise(
    port,
    () => launch(server, args, { isService: true }),
    async () => {
      const connection = await createConnection({ uri: url(), connectTimeout: 2000 });
      await connection.end();
    },
  );
  return { ...service, url };
}

function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy(new Error('Redis does not answer')));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.toString().startsWith('+PONG')) resolve();
      else reject(new Error(`Redis answers ${answer}`));
    });
  });
}

/**
 * Starts a separate Redis: pub/sub is global to a server, so suites do not share one. Takes about 0.2 s.
 * @param options of `redis-server`, before ours
 */
export async function startRedis(port?: number, options: readonly string[] = []): Promise<Redis> {
  const server = needBinary('redis-server');
  const folder = temporaryFolder();
  const own = port ?? (await freePort());
  const base = ['--port', `${own}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const args = [...options, ...base];
  const service = await supervise(
    own,
    () => launch(server, args, { isService: true }),
    () => ping(own),
  );
  return { ...service, url: `redis://127.0.0.1:${own}` };
}

export interface RedisCluster {
  /** `redis+cluster://…` */
  url: string;
  servers: Redis[];
  /** The server that has the slot of this key. */
  ownerOf(key: string): Promise<Redis>;
  /** Gives the slot of this key to another server. */
  moveSlot(key: string): Promise<void>;
  /** Starts a replica of this server; resolves when it has its data. */
  replicate(server: Redis): Promise<Redis>;
  stop(): Promise<void>;
}

const CLUSTER_SLOTS = 16_384;
/** Milliseconds after which the servers agree that one is down. */
const CLUSTER_NODE_TIMEOUT_MS = 1000;

/** Starts three primaries without replicas. Takes about 3 s. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const start = async () => {
    const busPort = await freePort();
    const options = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`];
    const server = await startRedis(undefined, [...options, '--cluster-node-timeout', `${CLUSTER_NODE_TIMEOUT_MS}`]);
    return { server, busPort };
  };
  const started = await Promise.all([start(), start(), start()]);
  const servers = started.map(({ server }) => server);
  const ask = async (server: Redis, ...command: string[]) => {
    const client = createClient({ url: server.url, RESP: 2, socket: { reconnectStrategy: false } });
    await client.on('error', () => {}).connect();
    try {
      return (await client.sendCommand(command)) as unknown;
    } finally {
      client.destroy();
    }
  };
  const meet = ({ server, busPort }: { server: Redis; busPort: number }) =>
    ask(servers[0]!, 'CLUSTER', 'MEET', '127.0.0.1', `${server.port}`, `${busPort}`);
  for (const [index, { server, busPort }] of started.entries()) {
    const [first, next] = [index, index + 1].map((part) => Math.round((part * CLUSTER_SLOTS) / started.length));
    await ask(server, 'CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${next! - 1}`);
    // Without an epoch of its own, two servers would contend for the slots that one gives to the other.
    await ask(server, 'CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
    if (index > 0) await meet({ server, busPort });
  }
  const isWhole = async (server: Redis) => {
    const info = String(await ask(server, 'CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_size:${started.length}`);
  };
  for (const server of servers) await eventually(() => isWhole(server));

  const slotOf = async (key: string) =>
    Number(await Promise.any(servers.map((server) => ask(server, 'CLUSTER', 'KEYSLOT', key))));
  const ownerOf = async (key: string) => {
    const slot = await slotOf(key);
    const asked = servers.map((server) => ask(server, 'CLUSTER', 'SLOTS'));
    const ranges = (await Promise.any(asked)) as [number, number, [string, number]][];
    const [, , [, port]] = ranges.find(([from, to]) => from <= slot && slot <= to)!;
    return servers.find((server) => server.port === port)!;
  };
  const moveSlot = async (key: string) => {
    const [slot, from] = [String(await slotOf(key)), await ownerOf(key)];
    const to = servers.find((server) => server !== from)!;
    const idOf = async (server: Redis) => String(await ask(server, 'CLUSTER', 'MYID'));
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    await ask(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    for (;;) {
      const keys = (await ask(from, 'CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[];
      if (keys.length === 0) break;
      await ask(from, 'MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys);
    }
    for (const server of [to, ...servers.filter((each) => each !== to)]) {
      await ask(server, 'CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    }
  };
  const replicate = async (server: Redis) => {
    const replica = await start();
    const id = String(await ask(server, 'CLUSTER', 'MYID'));
    await meet(replica);
    await eventually(() => ask(replica.server, 'CLUSTER', 'REPLICATE', id));
    await eventually(async () => String(await ask(replica.server, 'INFO')).includes('master_link_status:up'));
    servers.push(replica.server);
    return replica.server;
  };
  const url = `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join()}`;
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop())));
  return { url, servers, ownerOf, moveSlot, replicate, stop };
}

/** Creates an empty database on the run's shared MariaDB, or on the given server. @returns its URL */
export function createDatabase(serverUrl?: string): Promise<string> {
  return makeDatabase('', serverUrl);
}

/** As `createDatabase`, with all migrations applied. */
export function migratedDatabase(serverUrl?: string): Promise<string> {
  const { mariaDb, installation } = templates();
  return makeDatabase(`${mariaDb};\nINSERT INTO \`${installation}\` VALUES ('${randomUUID()}')`, serverUrl);
}

/** An SQLite file with all migrations applied. @returns its URL */
export function migratedFile(path = join(temporaryFolder(), 'test.sqlite')): string {
  const { sqlite, installation } = templates();
  copyFileSync(sqlite, path);
  const database = new Database(path);
  database.prepare(`UPDATE "${installation}" SET id = ?`).run(randomUUID());
  database.close();
  return `sqlite:${path}`;
}

let known: Templates | undefined;

function templates(): Templates {
  const file = process.env.TEST_TEMPLATES;
  if (!file) throw new Error('TEST_TEMPLATES is not set: this suite belongs to the integration project.');
  known ??= JSON.parse(readFileSync(file, 'utf8')) as Templates;
  return known;
}

async function makeDatabase(script: string, serverUrl = process.env.TEST_MARIADB_URL): Promise<string> {
  if (!serverUrl) throw new Error('TEST_MARIADB_URL is not set: this suite belongs to the integration project.');
  const url = new URL(serverUrl);
  const name = `${process.env.TEST_DATABASE_PREFIX ?? 'vedfolnir_test_'}${randomUUID().replaceAll('-', '')}`;
  url.pathname = `/${name}`;
  const connection = await createConnection({ uri: serverUrl, multipleStatements: true });
  await connection.query(
    `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; USE \`${name}\`; ${script}`,
  );
  await connection.end();
  return url.href;
}
