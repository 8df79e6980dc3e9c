import type { DatabaseConfig } from '../common/config';
import { databaseFault } from './database-fault';

const DATABASE: DatabaseConfig = { kind: 'sqlite', path: '/srv/data/vedfolnir.sqlite', embedded: true };
const of = (code: string, path?: string) => databaseFault(Object.assign(new Error(code), { code, path }), DATABASE);

it('explains an error of the folder or the file of the database, and of no other', () => {
  for (const path of ['/srv/data', '/srv/data/vedfolnir.sqlite', undefined]) {
    expect(of('EACCES', path)?.message).toMatch(/^DATABASE_URL: the folder \/srv\/data cannot be written \(EACCES\)/);
  }
  for (const path of ['/srv/dist/client/pages.json', '/srv/data/other', '/srv/data-old'])
    expect(of('ENOENT', path)).toBeNull();
  expect(of('SQLITE_FULL')?.message).toMatch(/^DATABASE_URL: the file \/srv\/data\/vedfolnir.sqlite/);
});
