/** The product within the test's own process, on either database, with a clock that the test sets. */
import type { Abstract, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../../src/app/app.module';
import { configureHttp, createAdapter } from '../../../src/app/http-server';
import { hookRequests } from '../../../src/app/request-hooks';
import { SocketAdapter } from '../../../src/app/socket-adapter';
import { Clock } from '../../../src/common/clock';
import { type Config } from '../../../src/common/config';
import { loadConfig } from '../../../src/settings/environment';
import { encryptionKey } from '../../support/backends';
import { FULL } from '../../support/scale';
import { migratedDatabase, migratedFile } from '../../support/services';
import { withSharedInstances } from '../../support/shared-instances';

export class TestClock extends Clock {
  private offset = 0;

  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  /** @param ms may be negative */
  advance(ms: number): void {
    this.offset += ms;
  }
}

type Token<T> = Type<T> | Abstract<T> | symbol;

export interface App {
  url: string;
  clock: TestClock;
  config: Config;
  nest: NestFastifyApplication;
  get<T>(token: Token<T>): T;
  close(): Promise<void>;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The databases that an app can use: for `describe.each`. */
export const DATABASES: [name: string, create: () => Promise<string>][] = [
  ['SQLite', async () => migratedFile()],
  ['MariaDB', () => migratedDatabase()],
];

/** For suites whose queries other suites try on both, or that need none: the short form runs them on one. */
export const ANY_DATABASE = FULL ? DATABASES : DATABASES.slice(0, 1);

const open = new Set<App>();

/** Closes every app that was started, even if its test has failed. */
export async function closeApps(): Promise<void> {
  await Promise.all([...open].map((app) => app.close()));
}

/**
 * @param env on top of defaults under which no background task runs during a test
 * @param imports modules of a host
 */
export async function startApp(
  databaseUrl: string,
  env: Record<string, string> = {},
  clock = new TestClock(),
  imports: Type<unknown>[] = [],
): Promise<App> {
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: encryptionKey(),
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'warn',
    SWEEP_INTERVAL: '1h',
    ...env,
    ALLOW_PRIVATE_INSTANCES: withSharedInstances(env.ALLOW_PRIVATE_INSTANCES),
  });
  const module = await Test.createTestingModule({ imports: [AppModule.with(config), ...imports] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  const nest = module.createNestApplication<NestFastifyApplication>(createAdapter(config), {
    bodyParser: false,
    logger: ['error', 'warn'],
  });
  await configureHttp(nest, config);
  hookRequests(nest);
  nest.useWebSocketAdapter(new SocketAdapter(nest));
  await nest.listen(0, '127.0.0.1');
  const url = (await nest.getUrl()).replace('[::1]', 'localhost');
  const close = async () => {
    open.delete(app);
    await nest.close();
  };
  const app: App = { url, clock, config, nest, get: <T>(token: Token<T>) => nest.get(token), close };
  open.add(app);
  return app;
}
