/** Throw-away MariaDB and Redis servers, and databases on the shared one. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findBinary, type Program } from '../../scripts/lib/binaries.cjs';
import { eventually } from './eventually';
import { freePort, launch, type Managed, temporaryFolder } from './processes';

export interface Service {
  port: number;
  /** Ends it as an operator would. */
  stop(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
  /** Up again on the same port, with the data that a stop or a kill left; stops it first if it runs. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface MariaDb extends Service {
  /** `mysql://…/database`; without a name, the server. */
  url(database?: string): string;
}

export interface Redis extends Service {
  url: string;
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

/** A MariaDB of one's own, for suites that stop, freeze or restart it. Takes about 1.5 s. */
export async function startMariaDb(): Promise<MariaDb> {
  const server = needBinary('mariadbd');
  const folder = temporaryFolder();
  const base = ['--no-defaults', `--datadir=${folder}/data`, ...(isRoot ? ['--user=root'] : [])];
  const setup = [...base, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  await promisify(execFile)(needBinary('mariadb-install-db'), setup);

  const port = await freePort();
  const args = [
    ...base,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    // Relative to the data folder: the path of a socket may not be longer than 107 characters.
    '--socket=mariadb.sock',
    '--pid-file=mariadb.pid',
    // Its own: a server that starts removes from this folder what it takes for the leavings of an earlier one.
    `--tmpdir=${folder}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--max-connections=500',
    '--innodb-buffer-pool-size=128M',
    '--innodb-log-file-size=16M',
    // Survives the kill of the server, not of the machine; a disk flush per commit would be most of the run.
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

/** A Redis of one's own: pub/sub is global to a server, so suites do not share one. Takes about 0.2 s. */
export async function startRedis(port?: number): Promise<Redis> {
  const server = needBinary('redis-server');
  const folder = temporaryFolder();
  const own = port ?? (await freePort());
  const args = ['--port', `${own}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const service = await supervise(
    own,
    () => launch(server, args, { isService: true }),
    () => ping(own),
  );
  return { ...service, url: `redis://127.0.0.1:${own}` };
}

/** A fresh, empty database on the run's shared MariaDB (or on the server given). @returns its URL */
export async function createDatabase(serverUrl = process.env.TEST_MARIADB_URL): Promise<string> {
  if (!serverUrl) throw new Error('TEST_MARIADB_URL is not set: this suite belongs to the integration project.');
  const url = new URL(serverUrl);
  url.pathname = `/${process.env.TEST_DATABASE_PREFIX ?? 'vedfolnir_test_'}${randomUUID().replaceAll('-', '')}`;
  const connection = await createConnection(serverUrl);
  await connection.query(`CREATE DATABASE \`${url.pathname.slice(1)}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await connection.end();
  return url.href;
}
