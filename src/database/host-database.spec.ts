import { DataSource, type DataSourceOptions, DefaultNamingStrategy } from 'typeorm';
import { ConfigError } from '../common/config';
import { hostDatabase } from './host-database';

const SERVER = { host: 'db.example', port: 3307, user: 'me', password: 'a@b', database: 'app' };
const URL = 'mysql://me:a%40b@db.example:3307/app';

const read = (options: object) =>
  hostDatabase(new DataSource({ type: 'mariadb', ...options } as DataSourceOptions)).database;
const connection = (options: object) => (read(options) as { connection: object }).connection;

describe('the connection of a DataSource', () => {
  it('is read from its url and its options', () => {
    const { user: username, ...rest } = SERVER;
    expect(connection({ ...rest, username })).toEqual(SERVER);
    expect(connection({ url: `${URL}?charset=utf8mb4` })).toEqual(SERVER);
    expect(connection({ url: 'mysql://me:a%40b@db.example', port: 3307, database: 'app' })).toEqual(SERVER);
    expect(connection({ url: URL, host: 'ignored.example', username: 'ignored' })).toEqual(SERVER);
    expect(connection({ url: URL, extra: { user: 'other' } })).toEqual({ ...SERVER, user: 'other' });
    const local = { host: 'localhost', port: 3306, user: '', password: '', database: 'app' };
    expect(connection({ database: 'app' })).toEqual(local);
  });

  it.each<[string, object | string]>([
    ['an object', { ca: 'PEM', rejectUnauthorized: true }],
    ['the name of a profile', 'Amazon RDS'],
  ])('is encrypted as its own: %s', (_, ssl) => {
    const encrypted = { ...SERVER, ssl };
    expect(connection({ url: URL, ssl })).toEqual(encrypted);
    expect(connection({ ...SERVER, username: 'me', ssl })).toEqual(encrypted);
    expect(connection({ url: URL, extra: { ssl } })).toEqual(encrypted);
    expect(connection({ url: `${URL}?ssl-mode=REQUIRED`, ssl })).toEqual(encrypted);
  });

  it('is not encrypted without ssl, or with ssl false', () => {
    expect(connection({ url: URL, ssl: false })).toEqual(SERVER);
    expect(connection({ url: `${URL}?ssl=false` })).toEqual(SERVER);
    expect(connection({ url: URL, ssl: {}, extra: { ssl: false } })).toEqual(SERVER);
  });

  it('uses the same Unix socket', () => {
    const socketPath = '/run/mysqld.sock';
    expect(connection({ url: URL, socketPath })).toEqual({ ...SERVER, socketPath });
    expect(connection({ url: URL, extra: { socketPath } })).toEqual({ ...SERVER, socketPath });
  });
});

class Renaming extends DefaultNamingStrategy {
  override tableName(targetName: string, given?: string): string {
    return `app_${given ?? targetName}`;
  }
}

it.each<[string, object]>([
  ['replication', { replication: { master: { url: URL }, slaves: [] } }],
  ['stream', { url: URL, extra: { stream: () => null } }],
  ['insecureAuth', { url: URL, insecureAuth: true }],
  ['ssl in the url', { url: `${URL}?charset=utf8mb4&sslmode=verify-full` }],
  ['name a database', { url: 'mysql://db.example' }],
  ['password', { database: 'app', extra: { password: () => 'secret' } }],
  ['key', { type: 'better-sqlite3', database: 'app.sqlite', key: 'secret' }],
  ['entityPrefix', { url: URL, entityPrefix: 'app_' }],
  ['namingStrategy', { url: URL, namingStrategy: new Renaming() }],
])('refuses in one sentence that names the DataSource: %s', (what, options) => {
  expect(() => read(options)).toThrow(ConfigError);
  expect(() => read(options)).toThrow(what);
  expect(() => read(options)).toThrow(/^database: [^.]*DataSource[^.]*$/);
});
