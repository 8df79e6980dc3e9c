/** Security headers of every response, and access to the metrics. */
import { closeApps, DATABASES, startApp } from '../integration/support/app';
import { TestClient } from '../support/http-client';
import { rawBytes } from '../support/raw-request';

afterAll(closeApps);

it('are on every response, including errors of the parser, and do not extend to other hosts of the domain', async () => {
  const [, create] = DATABASES[0]!;
  const app = await startApp(await create(), { PUBLIC_ORIGIN: 'https://social.example', METRICS_TOKEN: 'a-token' });
  const client = new TestClient(app.url);
  await client.register();
  const expected: Record<string, RegExp> = {
    'content-security-policy': /default-src 'self'/,
    'permissions-policy': /camera=\(\)/,
    'strict-transport-security': /^max-age=31536000$/,
    'x-content-type-options': /^nosniff$/,
    'referrer-policy': /^same-origin$/,
  };
  for (const path of ['/login', '/reset', '/api/session', '/nowhere', '/health/live']) {
    const { headers, text } = await client.get(path);
    // A redirect has none.
    if (text !== '')
      expect([path, headers['content-type']]).toEqual([path, expect.stringMatching(/; ?charset=utf-8$/)]);
    for (const [name, value] of Object.entries(expected))
      expect([path, headers[name]]).toEqual([path, expect.stringMatching(value)]);
  }
  for (const [bytes, status] of [
    ['GET /api/session HTTP/1.1\r\nHost: a\r\nCookie: a=\u0001b\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'9'.repeat(40_000)}\r\n\r\n`, 431],
  ] as const) {
    const answer = (await rawBytes(app.url, bytes)).toLowerCase();
    expect(answer).toMatch(new RegExp(`^http/1.1 ${status} `));
    for (const name of Object.keys(expected)) expect(answer).toContain(`\r\n${name}: `);
  }

  expect((await client.get('/client/vedfolnir.js.map')).status).toBe(404);
  const metrics = (headers: Record<string, string>) => client.get('/metrics', { headers });
  expect((await metrics({})).status).toBe(200);
  expect((await metrics({ 'x-forwarded-for': '203.0.113.1' })).status).toBe(403);
  expect((await metrics({ 'x-forwarded-for': '203.0.113.1', authorization: 'Bearer wrong' })).status).toBe(403);
  expect((await metrics({ 'x-forwarded-for': '203.0.113.1', authorization: 'Bearer a-token' })).status).toBe(200);

  const out = await client.post('/api/auth/logout');
  expect([out.status, out.headers['clear-site-data']]).toEqual([204, '"cache"']);
});
