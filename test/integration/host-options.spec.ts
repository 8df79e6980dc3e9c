/** A host's options, and what its routes require by our decorators in any order, on the class and on the method. */
import {
  applyDecorators,
  Controller,
  Delete,
  type DynamicModule,
  Get,
  type INestApplication,
  Module,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  MonitorPerformance,
  Public,
  RequireRecentLogin,
  RequireSession,
  VedfolnirModule,
  type VedfolnirOptions,
} from '../../src';
import { Clock } from '../../src/common/clock';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { migratedFile } from '../support/services';
import { MINUTE, TestClock } from './support/app';

const Admins = () => RequireSession({ role: 'admin' });
const OnPlatform = () => RequireSession({ platform: true });
const AdminsOnPlatform = () => applyDecorators(Admins(), OnPlatform());

@Controller('measured')
class MeasuredController {
  @Get('first')
  @MonitorPerformance('measured_first')
  @Admins()
  first() {}

  @Get('last')
  @Admins()
  @MonitorPerformance('measured_last')
  last() {}

  @MonitorPerformance('measured_above')
  @Get('above')
  @Admins()
  above() {}
}

@Public()
@Controller('public')
class PublicController {
  @Get('all')
  all() {}

  @Get('admins')
  @Admins()
  admins() {}

  @Delete('recent')
  @RequireRecentLogin('10m')
  recent() {}
}

@Admins()
@Controller('admins')
class AdminsController {
  @Get('on-platform')
  @OnPlatform()
  onPlatform() {}

  @Get('all')
  @Public()
  all() {}
}

@Controller('single')
class SingleController {
  @Get('both')
  @Admins()
  @OnPlatform()
  both() {}

  @Get('composed')
  @AdminsOnPlatform()
  composed() {}

  @Delete('recent')
  @RequireRecentLogin('10m')
  recent() {}
}

@Module({ controllers: [MeasuredController, PublicController, AdminsController, SingleController] })
class HostModule {}

/** An application of a host, on Express. */
async function startHost(options: VedfolnirOptions = {}): Promise<INestApplication> {
  const needed = { database: migratedFile(), encryptionKeys: encryptionKey(), rateLimits: false };
  const imports = [VedfolnirModule.forRoot({ ...needed, ...options }), HostModule];
  const module = await Test.createTestingModule({ imports }).overrideProvider(Clock).useValue(clock).compile();
  const host = module.createNestApplication({ logger: ['error', 'warn'] });
  await host.listen(0, '127.0.0.1');
  return host;
}

let app: INestApplication;
const clock = new TestClock();
let admin: TestClient;
let user: TestClient;
let nobody: TestClient;

beforeAll(async () => {
  app = await startHost();
  const url = await app.getUrl();
  admin = new TestClient(url);
  user = new TestClient(url);
  nobody = new TestClient(url);
  await admin.register();
  await user.register();
});
afterAll(() => app.close());

const codes = async (path: string, method = 'GET') =>
  Promise.all([nobody, user, admin].map(async (each) => (await each.request(method, path)).body.error_code ?? 'ok'));

it.each(['first', 'last', 'above'])('a route whose duration is measured stays guarded: %s', async (path) => {
  expect(await codes(`/measured/${path}`)).toEqual(['AUTHENTICATION_REQUIRED', 'FORBIDDEN', 'ok']);
});

it('a requirement of a method counts more than @Public() on its class, and @Public() more than that of the class', async () => {
  expect(await codes('/public/all')).toEqual(['ok', 'ok', 'ok']);
  expect(await codes('/public/admins')).toEqual(['AUTHENTICATION_REQUIRED', 'FORBIDDEN', 'ok']);
  expect((await codes('/public/recent', 'DELETE'))[0]).toBe('AUTHENTICATION_REQUIRED');
  expect(await codes('/admins/all')).toEqual(['ok', 'ok', 'ok']);
});

it.each(['/admins/on-platform', '/single/both', '/single/composed'])('requirements add up: %s', async (path) => {
  expect(await codes(path)).toEqual(['AUTHENTICATION_REQUIRED', 'FORBIDDEN', 'PLATFORM_REQUIRED']);
});

it('a recent sign-in alone requires a session as well', async () => {
  expect(await codes('/single/recent', 'DELETE')).toEqual(['AUTHENTICATION_REQUIRED', 'ok', 'ok']);
  clock.advance(11 * MINUTE);
  expect((await codes('/single/recent', 'DELETE')).slice(1)).toEqual(Array(2).fill('REAUTHENTICATION_REQUIRED'));
});

it('lets nobody register where it says so, not even the first', async () => {
  const host = await startHost({ registration: 'closed' });
  const { status, body } = await new TestClient(await host.getUrl()).register();
  await host.close();
  expect([status, body]).toEqual([403, expect.objectContaining({ error_code: 'REGISTRATION_CLOSED' })]);
});

const compiled = (module: DynamicModule) => Test.createTestingModule({ imports: [module] }).compile();

it.each<[string, object, string]>([
  ['an option that does not exist', { guard: 'everywhere' }, 'VedfolnirModule has no option guard'],
  ['an unknown kind of guards', { guards: 'Everywhere' }, "guards must be 'decorated' or 'everywhere'"],
])('refuses %s', async (_, options, message) => {
  await expect(compiled(VedfolnirModule.forRoot(options))).rejects.toThrow(message);
});

it.each([{ guards: 'everywhere' }, { routes: { prefix: '/x' } }])('refuses %j from the factory', async (options) => {
  const module = VedfolnirModule.forRootAsync({ useFactory: () => options as object });
  await expect(compiled(module)).rejects.toThrow('belongs beside useFactory, not into its result');
});
