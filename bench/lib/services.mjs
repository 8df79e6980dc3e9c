/** Starts a MariaDB and a Redis for all contenders. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import binaries from '../../scripts/lib/binaries.cjs';
import { refuse } from '../../scripts/lib/run.mjs';
import { freePort, launch, temporaryFolder } from './processes.mjs';

const PACKAGES = { mariadbd: 'mariadb-server', 'mariadb-install-db': 'mariadb-server', 'redis-server': 'redis-server' };

function needBinary(program) {
  return (
    binaries.findBinary(program) ?? refuse(`The benchmark needs ${program} on the PATH: install ${PACKAGES[program]}.`)
  );
}

async function startMariaDb() {
  const server = needBinary('mariadbd');
  const folder = temporaryFolder();
  const base = ['--no-defaults', `--datadir=${folder}/data`, ...(process.getuid?.() === 0 ? ['--user=root'] : [])];
  const setup = [...base, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  await promisify(execFile)(needBinary('mariadb-install-db'), setup);
  const port = await freePort();
  const url = (database = '') => `mysql://root@127.0.0.1:${port}/${database}`;
  const args = [
    ...base,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--socket=mariadb.sock',
    '--pid-file=mariadb.pid',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--max-connections=500',
    '--innodb-buffer-pool-size=128M',
    // Excludes the speed of the disk from the measurement.
    '--innodb-flush-log-at-trx-commit=2',
  ];
  const isReady = async () => {
    try {
      await (await createConnection({ uri: url(), connectTimeout: 2000 })).end();
      return true;
    } catch {
      return false;
    }
  };
  await launch(server, args, { isReady });
  return url;
}

async function startRedis() {
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const isReady = (output) => /Ready to accept connections/i.test(output);
  await launch(needBinary('redis-server'), args, { cwd: temporaryFolder(), isReady });
  return `redis://127.0.0.1:${port}`;
}

export async function startServices() {
  const [databaseUrl, redisUrl] = await Promise.all([startMariaDb(), startRedis()]);
  return {
    /** URL of a numbered database in the shared Redis, so that keys of contenders do not conflict. */
    redisUrl: (number) => `${redisUrl}/${number}`,
    /** Creates an empty database. @returns its URL */
    async createDatabase(name) {
      const connection = await createConnection(databaseUrl());
      await connection.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
      await connection.end();
      return databaseUrl(name);
    },
  };
}
