/** A host's application within the test's own process, whose own parts are in the way of ours. */
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Inject,
  Module,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  AppError,
  type HttpRequest,
  type HttpResponse,
  Public,
  SessionService,
  VedfolnirModule,
  type VedfolnirOptions,
} from '../../src';
import { createPlatform, createUser, signIn, type TestAnswer } from '../../src/testing';
import { encryptionKey } from '../support/backends';
import { migratedFile } from '../support/services';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

@Controller('accounts')
class AccountsController {
  constructor(@Inject(SessionService) private readonly sessions: SessionService) {}

  @Post('undecorated')
  async undecorated(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<void> {
    await this.sessions.signIn(request, response, { externalId: '', username: '', email: '' });
  }

  @Post('public')
  @Public()
  async public(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<void> {
    await this.undecorated(request, response);
  }

  @Get('away')
  @Public()
  away(): never {
    throw new AppError('DATABASE_ERROR', { retryAfter: 5 });
  }

  @Post('upload')
  upload(@Req() { body }: { body: unknown }): { body: unknown } {
    return { body };
  }
}

@Catch()
class CatchAll implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const response = host.switchToHttp().getResponse<HttpResponse>();
    response.status(status).send({ caught: error instanceof HttpException && error.getResponse() });
  }
}

let app: NestFastifyApplication | undefined;
afterEach(() => app?.close());

interface Setup extends VedfolnirOptions {
  prepare?: (host: NestFastifyApplication) => void;
}

async function startHost({ prepare, ...options }: Setup = {}): Promise<NestFastifyApplication> {
  @Module({
    imports: [VedfolnirModule.forRoot({ database: migratedFile(), encryptionKeys: encryptionKey(), ...options })],
    controllers: [AccountsController],
  })
  class HostModule {}

  app = await NestFactory.create<NestFastifyApplication>(HostModule, new FastifyAdapter(), { logger: ['error'] });
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch((await app!.getUrl()) + path, { method, ...init });
}

describe('our errors in a route of a host', () => {
  it.each(['undecorated', 'public'])('have their own status and body: %s', async (route) => {
    await startHost();
    const answer = await send('POST', `/accounts/${route}`);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ success: false, error_code: 'VALIDATION_ERROR', details: [expect.anything()] }),
    ]);
  });

  it('tell in a public route when to try again', async () => {
    await startHost();
    const answer = await send('GET', '/accounts/away');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it("reach a host's filter for all exceptions with their status and body", async () => {
    await startHost({ guards: 'everywhere', prepare: (host) => host.useGlobalFilters(new CatchAll()) });
    const answer = await send('POST', '/accounts/undecorated');
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { caught: expect.objectContaining({ success: false, error_code: 'AUTHENTICATION_REQUIRED' }) },
    ]);
  });
});

it('signs a test in where the configured origin is under HTTPS', async () => {
  const host = await startHost({ publicOrigin: 'https://notes.example' });
  const client = await signIn(host, await createUser(host));
  expect((await client.post('/api/session/extend')).status).toBe(200);
});

describe("a host's multipart parser", () => {
  const parse = (_request: unknown, payload: NodeJS.ReadableStream, done: (error: null, body: string) => void) => {
    payload.resume().on('end', () => done(null, 'parsed by the host'));
  };
  const form = () => {
    const body = new FormData();
    body.set('file', new Blob([PNG], { type: 'image/png' }), 'a.png');
    return body;
  };
  const kinds: [name: string, type: string | RegExp][] = [
    ['for all types', '*'],
    ['of a pattern', /^multipart\//],
    ['of the exact type', 'multipart/form-data'],
  ];

  it.each(kinds)('%s reads its uploads, and not ours', async (_name, type) => {
    const host = await startHost({
      prepare: (host) => host.getHttpAdapter().getInstance().addContentTypeParser(type, parse),
    });
    const answer = await send('POST', '/accounts/upload', { body: form() });
    expect([answer.status, await answer.json()]).toEqual([201, { body: 'parsed by the host' }]);
    expect(await uploadTo(host)).toMatchObject({ status: 201 });
  });

  it('is not replaced by ours where there is none', async () => {
    const host = await startHost();
    expect((await send('POST', '/accounts/upload', { body: form() })).status).toBe(415);
    expect(await uploadTo(host)).toMatchObject({ status: 201 });
  });

  async function uploadTo(host: NestFastifyApplication): Promise<Pick<TestAnswer<unknown>, 'status' | 'body'>> {
    const user = await createUser(host);
    const { id } = await createPlatform(host, user);
    const client = await signIn(host, user);
    const { csrf_token } = (await client.get<{ csrf_token: string }>('/api/session')).body;
    const headers = { cookie: client.cookie, 'x-csrftoken': csrf_token, 'x-platform-id': String(id) };
    const answer = await send('POST', '/api/media', { body: form(), headers });
    return { status: answer.status, body: await answer.text() };
  }
});
