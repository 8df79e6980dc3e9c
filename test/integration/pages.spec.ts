/** What a browser is shown: sent where it can go on, told why once, and never a word that runs. */
import type { PlatformView, PostsView, RestSessionState } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { type Answer, TestClient } from '../support/http-client';
import { startNode } from '../support/server';
import { expectRow } from './support/attack';
import { connectPlatforms } from './support/scenario';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const EVIL = '</textarea><script>alert(1)</script>"\'&<img src=x onerror=alert(1)>';
const PAGES = ['/', '/create_post', '/platforms', '/devices', '/account'];

const visit = (client: TestClient, path: string) => client.get<string>(path, { headers: HTML });

function expectSentTo(answer: Answer<unknown>, path: string): void {
  expect([answer.status, answer.headers.location]).toEqual([303, path]);
  expect(answer.headers['cache-control']).toBe('no-store');
}

/** Nothing in the page runs but the scripts that are ours and come by their address. */
function expectInert(html: string): void {
  const scripts = html.match(/<script\b[^>]*>/gi) ?? [];
  for (const script of scripts) expect(script).toMatch(/^<script( type="module")? src="\/client\/[\w.-]+">$/);
  const tags = html.match(/<[a-z][^>]*>/gi) ?? [];
  for (const tag of tags) expect(tag.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/\s(on\w+|style)\s*=/i);
  expect(html).not.toMatch(/<img(?! src="\/client\/)|javascript:/i);
}

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  beforeAll(async () => {
    running = await backend.shared();
  });
  afterAll(() => running.stop());

  const browser = () => new TestClient(running.nodes[0]!.url);
  async function person() {
    const client = browser();
    await client.register();
    return { client, platforms: await connectPlatforms(client) };
  }

  function submit(client: TestClient, fields: Record<string, string>, token = client.csrfToken) {
    const form = { ...fields, ...(token !== undefined && { csrf_token: token }) };
    return client.request<string>('POST', '/create_post', { form, headers: { ...HTML, 'x-csrftoken': undefined } });
  }

  async function postsOf(client: TestClient, { id }: PlatformView) {
    const headers = { 'x-platform-id': String(id), 'x-platform-pinned': 'true' };
    return (await client.get<PostsView>('/api/posts', { headers })).body.posts;
  }

  it('sends a stranger from every page to the sign-in, and says why once', async () => {
    for (const path of PAGES) {
      const client = browser();
      expectSentTo(await visit(client, path), '/login');
      const first = await visit(client, '/login');
      expect([first.status, first.body.split('Please log in to continue.').length - 1]).toEqual([200, 1]);
      expect((await visit(client, '/login')).body).not.toContain('Please log in to continue.');
    }
    expectSentTo(await submit(browser(), { content: 'x' }), '/login');
  });

  it('says of a session that was ended, or never was, what it was', async () => {
    const { client } = await person();
    const { cookie } = client;
    await client.post('/api/auth/logout');
    const stale = browser();
    stale.cookie = cookie;
    expectSentTo(await visit(stale, '/'), '/login');
    expect((await visit(stale, '/login')).body).toContain('You were signed out. Please log in again.');
    const forged = browser();
    forged.cookie = 'vedfolnir_session=forged';
    expectSentTo(await visit(forged, '/'), '/login');
    expect((await visit(forged, '/login')).body).toContain('Invalid session. Please log in again.');
  });

  it('puts no words into the page that come with a cookie, a path or a query', async () => {
    for (const code of [EVIL, '__proto__', 'constructor', 'Your bank is calling', 'x'.repeat(3000)]) {
      const client = browser();
      client.cookie = `vedfolnir_flash=${encodeURIComponent(code)}`;
      const { body } = await visit(client, `/login?next=${encodeURIComponent(EVIL)}&flash=${encodeURIComponent(code)}`);
      expect(body).not.toContain('class="notice');
      expect(body).not.toContain('alert(1)');
      expectInert(body);
    }
    const lost = await visit(browser(), `/${encodeURIComponent(EVIL)}`);
    expect(lost.status).toBe(404);
    expectInert(lost.body);
    for (const path of ['//evil.example', '/\\evil.example', '/login/..//evil.example']) {
      expect((await visit(browser(), path)).headers.location ?? '/').toMatch(/^\/(?![/\\])/);
    }
  });

  it('sends a person without a platform to connect one, before writing', async () => {
    const client = browser();
    await client.register();
    expectSentTo(await visit(client, '/create_post'), '/platforms');
    expect((await visit(client, '/platforms')).body).toContain('Please select a platform to continue.');
    expect((await visit(client, '/platforms')).body).not.toContain('Please select a platform to continue.');
  });

  it('takes a form for the platform that it names, and for no other', async () => {
    const { client, platforms } = await person();
    const page = (await visit(client, '/create_post')).body;
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1];
    expect([field('platform_id'), field('csrf_token')]).toEqual([String(platforms[0]!.id), client.csrfToken]);
    expect(page).toMatch(/name="title"[^>]* aria-describedby="title-hint"/);
    expect(page).toContain('id="title-hint">For your own list; it is not sent.<');
    const fields = {
      platform_id: field('platform_id')!,
      title: '',
      content: 'By hand',
      spoiler_text: '',
      visibility: 'unlisted',
    };
    expectSentTo(await submit(client, fields, field('csrf_token')), '/');
    expect((await visit(client, '/')).body).toContain('Post created successfully!');
    expect((await visit(client, '/')).body).not.toContain('Post created successfully!');
    const [post, ...more] = await postsOf(client, platforms[0]!);
    expect([post, more]).toMatchObject([{ content: 'By hand', title: null, visibility: 'unlisted' }, []]);
    for (const other of platforms.slice(1)) expect(await postsOf(client, other)).toEqual([]);
  });

  it('takes a pinned form for the platform that it names, whatever is active, and gives it back on that one', async () => {
    const { client, platforms } = await person();
    await client.post(`/api/switch_platform/${platforms[1]!.id}`);
    const kept = { platform_id: String(platforms[0]!.id), platform_pinned: 'true', visibility: 'public' };
    const refused = await submit(client, { ...kept, content: 'x'.repeat(501) });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain(`name="platform_id" value="${kept.platform_id}"`);
    expect(refused.body).toContain('name="platform_pinned" value="true"');
    expectSentTo(await submit(client, { ...kept, content: 'For the first' }), '/');
    expect(await postsOf(client, platforms[0]!)).toMatchObject([{ content: 'For the first' }]);
    expect(await postsOf(client, platforms[1]!)).toEqual([]);
    const stranger = (await person()).platforms[0]!;
    const stolen = await submit(client, { ...kept, platform_id: String(stranger.id), content: 'Not mine' });
    expect(stolen.status).toBe(404);
    expect(stolen.body).toContain(`name="platform_id" value="${platforms[1]!.id}"`);
    expect((await submit(client, { ...kept, platform_pinned: 'false', content: 'x' })).status).toBe(400);
  });

  it('gives a form for a stale platform back, with every word in it and none that runs', async () => {
    const { client, platforms } = await person();
    await client.post(`/api/switch_platform/${platforms[1]!.id}`);
    const fields = { platform_id: String(platforms[0]!.id), title: EVIL, content: `\n${EVIL}`, spoiler_text: EVIL };
    const answer = await submit(client, { ...fields, visibility: 'direct' });
    expect([answer.status, answer.headers['cache-control']]).toEqual([409, 'no-store']);
    expectInert(answer.body);
    const escaped = '&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
    expect(answer.body.split(escaped)).toHaveLength(4);
    expect(answer.body).toContain(`name="platform_id" value="${platforms[1]!.id}"`);
    expect(answer.body).toContain('The active platform has changed since this page was shown');
    for (const platform of platforms) expect(await postsOf(client, platform)).toEqual([]);
  });

  it.each<[string, Record<string, string>, number]>([
    ['no platform', { content: 'x' }, 428],
    ['a platform that is none', { content: 'x', platform_id: 'abc' }, 400],
    ['a platform of nobody', { content: 'x', platform_id: '999999' }, 404],
    ['no text', { content: ' ', platform_id: 'own' }, 400],
    ['too long a text', { content: 'x'.repeat(501), platform_id: 'own' }, 400],
    ['an unknown visibility', { content: 'x', platform_id: 'own', visibility: '"><script>' }, 400],
    ['an unknown field', { content: 'x', platform_id: 'own', user_id: '1' }, 400],
    ['__proto__', JSON.parse('{"content":"x","platform_id":"own","__proto__":"x"}') as Record<string, string>, 400],
    ['NUL', { content: 'x\u0000', platform_id: 'own' }, 400],
  ])('gives a form with %s back, and stores nothing', async (_, fields, status) => {
    const { client, platforms } = await person();
    const form: Record<string, string> = { ...fields, title: 'kept' };
    if (form.platform_id === 'own') form.platform_id = String(platforms[0]!.id);
    const answer = await submit(client, form);
    expect([answer.status, answer.body.includes('value="kept"')]).toEqual([status, true]);
    expectInert(answer.body);
    for (const platform of platforms) expect(await postsOf(client, platform)).toEqual([]);
  });

  it('refuses a form without its token, or with another', async () => {
    const { client, platforms } = await person();
    const other = client.device();
    await other.login();
    const fields = { platform_id: String(platforms[0]!.id), content: 'forged' };
    for (const token of [undefined, '', 'x', other.csrfToken]) {
      const form = token === undefined ? fields : { ...fields, csrf_token: token };
      const headers = { ...HTML, 'x-csrftoken': undefined };
      expectSentTo(await client.request('POST', '/create_post', { form, headers }), '/');
      expect((await visit(client, '/')).body).toContain('The CSRF token is missing or does not belong to this session');
    }
    expect(await postsOf(client, platforms[0]!)).toEqual([]);
  });

  it('answers in JSON under /api, whatever is accepted', async () => {
    const { client, platforms } = await person();
    const stranger = browser();
    for (const path of [
      '/api/session',
      '/%61pi/session',
      `${stranger.url}/api/session`,
      '/api/user_platforms?x=text/html',
    ]) {
      expectRow(await stranger.get(path, { headers: HTML }), 'AUTHENTICATION_REQUIRED');
    }
    expectRow(await stranger.get('/api/nothing', { headers: HTML }), 'NOT_FOUND');
    expectRow(await client.post('/api/posts', { content: 'x' }, { headers: HTML }), 'PLATFORM_ID_REQUIRED');
    expectRow(
      await client.delete(`/api/platforms/${platforms[0]!.id + 9999}`, { headers: HTML }),
      'PLATFORM_NOT_FOUND',
    );
    expectRow(await client.post('/api/posts', '{', { headers: HTML }), 'VALIDATION_ERROR');
    // Neither does a page stand in for an answer to a script.
    expectRow(await stranger.get('/', { headers: { accept: 'application/json' } }), 'AUTHENTICATION_REQUIRED');
  });

  it('sends every page with headers that hold it in, and without a word of other accounts', async () => {
    const { client, platforms } = await person();
    await client.patch(`/api/platforms/${platforms[0]!.id}`, { name: EVIL });
    for (const path of PAGES) {
      const { status, headers, body } = await visit(client, path);
      expect([path, status, headers['cache-control']]).toEqual([path, 200, 'no-store']);
      const policy = String(headers['content-security-policy']);
      for (const rule of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
        expect(policy).toContain(rule);
      }
      expect(policy).not.toMatch(/unsafe|\*|script-src(?!-)[^;]*(data|blob|http):/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': expect.any(String) });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(body).toContain(`<meta name="csrf-token" content="${client.csrfToken}">`);
      expectInert(body);
    }
    for (const path of ['/login', '/register']) expectSentTo(await visit(client, path), '/');
    expect((await visit(browser(), '/login')).body).not.toContain('csrf-token');
  });
});

it('says of a session that ran out that it did', async () => {
  const node = await startNode({ SESSION_LIFETIME: '1500ms' });
  const client = new TestClient(node.url);
  const { session } = (await client.register()).body as RestSessionState;
  expect(Date.parse(session.expires_at) - Date.parse(session.created_at)).toBe(1500);
  const cookie = client.cookie;
  await eventually(async () => expectRow(await client.get('/api/session'), 'SESSION_EXPIRED'));
  client.cookie = cookie;
  expectSentTo(await visit(client, '/'), '/login');
  expect((await visit(client, '/login')).body).toContain('Your session has expired. Please log in again.');
  await node.stop();
});
