import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestClient } from './http-client';
import { rawBytes } from './raw-request';

interface Echo {
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  sent: string;
}

async function echo(request: IncomingMessage, extra: object): Promise<string> {
  let sent = '';
  for await (const chunk of request) sent += chunk;
  return JSON.stringify({ method: request.method, path: request.url, headers: request.headers, sent, ...extra });
}

describe('TestClient', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      if (request.url === '/page') return void response.writeHead(303, { location: '/login' }).end('moved');
      const isLogin = request.url === '/api/auth/login';
      if (isLogin) response.setHeader('Set-Cookie', ['s=secret; HttpOnly; Path=/', 'old=; Max-Age=0']);
      response.setHeader('Content-Type', 'application/json');
      response.end(await echo(request, isLogin ? { csrf_token: 'token' } : {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => server.close());

  it('keeps cookies and the CSRF token across nodes', async () => {
    const client = new TestClient(url);
    client.cookie = 'old=1';
    await client.login({ username: 'ada', password: 'x' });
    expect(client.cookie).toBe('s=secret');

    const { body } = await client.at(url).post<Echo>('/api/posts', { content: 'hi' }, { tabId: 't1' });
    expect(body.headers).toMatchObject({ cookie: 's=secret', 'x-csrftoken': 'token', 'x-tab-id': 't1' });
    expect(body.sent).toBe('{"content":"hi"}');

    const read = await client.get<Echo>('/api/session');
    expect(read.body.headers['x-csrftoken']).toBeUndefined();
  });

  it('lets a test replace and remove headers, and does not normalise the path', async () => {
    const client = new TestClient(url);
    client.csrfToken = 'token';
    const headers = { 'X-CSRFToken': undefined, Origin: 'https://evil.example', Accept: ['a', 'b'] };
    const { body } = await client.delete<Echo>('/api/../%2e%2e/x', { headers });
    expect(body.path).toBe('/api/../%2e%2e/x');
    expect(body.headers).toMatchObject({ origin: 'https://evil.example', accept: 'a, b' });
    expect(body.headers['x-csrftoken']).toBeUndefined();
  });

  it('sends forms and raw bodies, and does not follow redirects', async () => {
    const client = new TestClient(url);
    const form = await client.request<Echo>('POST', '/login', { form: { a: '1 2' } });
    expect(form.body.sent).toBe('a=1+2');
    expect((await client.post<Echo>('/x', '{"broken')).body.sent).toBe('{"broken');
    await expect(client.get('/page')).resolves.toMatchObject({ status: 303, body: 'moved' });
  });

  it('reuses the registered credentials on other devices', async () => {
    const client = new TestClient(url);
    const registered = JSON.parse(((await client.register()).body as unknown as Echo).sent) as {
      username: string;
      password: string;
    };
    const { sent } = (await client.device('Firefox').login()).body as unknown as Echo;
    expect(JSON.parse(sent)).toEqual({ username: registered.username, password: registered.password });
  });

  it('sends bytes that are not valid HTTP', async () => {
    await expect(rawBytes(url, 'nonsense\r\n\r\n')).resolves.toMatch(/^HTTP\/1.1 400/);
  });
});
