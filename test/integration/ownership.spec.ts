/** One person's reach for what is another's: every id, by every way in, is not there for them. */
import { createHash, randomUUID } from 'node:crypto';
import type { PlatformView, PostsView, RestSessionState } from '../../src/protocol/http';
import { BACKENDS, type Running } from '../support/backends';
import type { Answer } from '../support/http-client';
import { openTab, type Tab } from '../support/socket-client';
import { belongings, expectRow, secretOf, startEmpty, toldTo } from './support/attack';
import { upload } from './support/routes';
import { Record, Witness } from './support/witness';

interface Person {
  client: Witness;
  phone: Witness;
  platforms: PlatformView[];
  tokens: string[];
  session: string;
  phoneSession: string;
  tabs: Tab[];
}

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;
  let record: Record;
  let admin: Person;
  let alice: Person;
  let bob: Person;
  const url = (index = 0) => running.nodes[index % running.nodes.length]!.url;

  async function person(): Promise<Person> {
    const client = new Witness(url(), record);
    const { username } = (await client.register({ password: client.password })).body.user;
    const platforms: PlatformView[] = [];
    const tokens: string[] = [];
    for (const name of ['one', 'two']) {
      const access_token = `token-${randomUUID()}`;
      const form = { name, platform_type: 'mastodon', instance_url: `https://${name}.example`, access_token };
      platforms.push((await client.post<PlatformView>('/api/platforms', form)).body);
      tokens.push(access_token);
      const fence = { headers: { 'x-platform-id': String(platforms.at(-1)!.id), 'x-platform-pinned': 'true' } };
      expect((await client.post('/api/posts', { content: `private to ${username}` }, fence)).status).toBe(201);
    }
    const phone = new Witness(url(1), record, client.password);
    const session = (await client.get<RestSessionState>('/api/session')).body.session.id;
    const phoneSession = (await phone.login({ username, password: client.password })).body.session.id;
    const tabs = [record.listen(await openTab(client)), record.listen(await openTab(phone))];
    await Promise.all(tabs.map((tab) => tab.waitFor('session:state')));
    return { client, phone, platforms, tokens, session, phoneSession, tabs };
  }

  beforeAll(async () => {
    running = await startEmpty(backend);
    record = new Record();
    [admin, alice, bob] = [await person(), await person(), await person()];
  });
  afterAll(() => running.stop());

  const named = (id: number, pinned: boolean) => ({
    headers: { 'x-platform-id': String(id), ...(pinned && { 'x-platform-pinned': 'true' }) },
  });

  /** Holds alice's things, and what her tabs were told, to what they were before. */
  async function unharmed(attack: () => Promise<void>): Promise<void> {
    const before = await belongings(alice.client);
    const heard = alice.tabs.map(toldTo);
    await attack();
    expect(await belongings(alice.client)).toEqual(before);
    // Whatever had been sent to her tabs would have come before this answer.
    await Promise.all(alice.tabs.map((tab) => tab.sync()));
    expect(alice.tabs.map(toldTo)).toEqual(heard);
    expect(alice.tabs.every((tab) => tab.connected)).toBe(true);
  }

  it("finds no platform of another's, to read, change, remove, switch to or make the default", async () => {
    await unharmed(async () => {
      for (const { id } of alice.platforms) {
        const answers: Answer<unknown>[] = [
          await bob.client.get(`/api/platforms/${id}`),
          await bob.client.patch(`/api/platforms/${id}`, { name: 'mine' }),
          await bob.client.patch(`/api/platforms/${id}`, { access_token: 'mine' }),
          await bob.client.post(`/api/platforms/${id}/default`),
          await bob.client.post(`/api/switch_platform/${id}`, { scope: 'all' }),
          await bob.client.post(`/api/switch_platform/${id}`, { scope: 'session' }),
          await bob.client.delete(`/api/platforms/${id}`),
        ];
        const unknown = await bob.client.get('/api/platforms/99999999');
        for (const answer of answers) {
          expectRow(answer, 'PLATFORM_NOT_FOUND');
          expect(answer.text).toBe(unknown.text);
        }
        const tested = await bob.client.post(`/api/platforms/${id}/test`);
        expect(tested.status).toBe(404);
      }
    });
  });

  it("writes to and reads from no platform of another's, pinned or not", async () => {
    await unharmed(async () => {
      for (const { id } of alice.platforms) {
        for (const pinned of [true, false]) {
          const post = await bob.client.post('/api/posts', { content: 'not hers' }, named(id, pinned));
          expectRow(post, 'PLATFORM_NOT_FOUND');
          for (const path of ['/api/posts', '/api/user_data', '/api/platform_data', '/api/platform_statistics']) {
            expectRow(await bob.client.get(path, named(id, pinned)), 'PLATFORM_NOT_FOUND');
          }
        }
        const form = { content: 'not hers', platform_id: String(id), csrf_token: bob.client.csrfToken! };
        const page = await bob.client.request('POST', '/create_post', { form, headers: { accept: 'text/html' } });
        expect(page.status).toBe(404);
      }
    });
  });

  it("touches no post and no upload of another's, by the platform of either", async () => {
    const theirs = { headers: { 'x-platform-id': String(alice.platforms[1]!.id), 'x-platform-pinned': 'true' } };
    const image = await upload(alice.client, alice.platforms[1]!.id);
    const [post] = (await alice.client.get<PostsView>('/api/posts', theirs)).body.posts;
    await unharmed(async () => {
      for (const { id } of [...bob.platforms, ...alice.platforms]) {
        const code = bob.platforms.some((own) => own.id === id) ? 'NOT_FOUND' : 'PLATFORM_NOT_FOUND';
        const by = named(id, true);
        expectRow(await bob.client.delete(`/api/posts/${post!.id}`, by), code);
        expectRow(await bob.client.post(`/api/posts/${post!.id}/retry`, {}, by), code);
        expectRow(await bob.client.patch(`/api/media/${image}`, { alt_text: 'mine' }, by), code);
        expectRow(await bob.client.delete(`/api/media/${image}`, by), code);
        const taken = await bob.client.post('/api/posts', { content: 'x', media_ids: [image] }, by);
        expectRow(taken, code === 'NOT_FOUND' ? 'VALIDATION_ERROR' : code);
      }
    });
    const attached = await alice.client.post('/api/posts', { content: 'mine', media_ids: [image] }, theirs);
    expect(attached.status).toBe(201);
  });

  it("pages past no end into another's posts", async () => {
    const mine = (await bob.client.get<PostsView>('/api/posts?limit=200')).body.posts;
    for (const before of [1, ...mine.map(({ id }) => id), 99_999_999]) {
      const { posts } = (await bob.client.get<PostsView>(`/api/posts?before_id=${before}`)).body;
      for (const post of posts) expect(bob.platforms.map(({ id }) => id)).toContain(post.platform_id);
    }
  });

  it("starts on no platform of another's", async () => {
    const { username } = (await bob.client.get<RestSessionState>('/api/session')).body.user;
    await unharmed(async () => {
      for (const { id } of alice.platforms) {
        const device = new Witness(url(1), record, bob.client.password);
        const login = await device.login({ username, password: bob.client.password, platform_id: id });
        expectRow(login, 'PLATFORM_NOT_FOUND');
        expect([device.cookie, login.headers['set-cookie']]).toEqual(['', undefined]);
      }
    });
  });

  it("ends no session of another's, and sees none", async () => {
    await unharmed(async () => {
      for (const id of [alice.session, alice.phoneSession, admin.session]) {
        const answer = await bob.client.delete(`/api/sessions/${id}`);
        expectRow(answer, 'SESSION_NOT_FOUND');
        expect(answer.text).toBe((await bob.client.delete(`/api/sessions/${randomUUID()}`)).text);
      }
      const text = (await bob.client.get('/api/sessions')).text;
      for (const id of [alice.session, alice.phoneSession]) expect(text).not.toContain(id);
    });
    expect((await admin.client.get('/api/session')).status).toBe(200);
  });

  it('takes no public id of a session for its secret', async () => {
    for (const id of [alice.session, alice.phoneSession, alice.session.replaceAll('-', '').padEnd(43, 'A')]) {
      const thief = new Witness(url(), record);
      thief.cookie = `vedfolnir_session=${id}`;
      expectRow(await thief.get('/api/session'), 'SESSION_INVALID');
      await expect(openTab(thief)).rejects.toMatchObject({ data: { error_code: 'SESSION_INVALID' } });
    }
    const hash = createHash('sha256').update(secretOf(alice.client)).digest('hex');
    const thief = new Witness(url(), record);
    thief.cookie = `vedfolnir_session=${hash}`;
    expectRow(await thief.get('/api/session'), 'SESSION_INVALID');
  });

  it("says nothing to anybody of another's doings", async () => {
    const heard = bob.tabs.map(toldTo);
    for (const { id } of [...alice.platforms].reverse()) await alice.client.post(`/api/switch_platform/${id}`);
    await alice.client.patch(`/api/platforms/${alice.platforms[0]!.id}`, { name: 'renamed' });
    await alice.client.post('/api/session/extend');
    await alice.tabs[1]!.waitFor('platforms:changed', ({ platforms }) => platforms[0]?.name === 'renamed');
    await Promise.all(bob.tabs.map((tab) => tab.sync()));
    expect(bob.tabs.map(toldTo)).toEqual(heard);
  });

  it.each([
    ['GET', '/api/admin/performance'],
    ['GET', '/api/admin/sessions'],
    ['DELETE', '/api/admin/sessions/:session'],
    ['POST', '/api/admin/sessions/validate'],
    ['POST', '/api/admin/sessions/cleanup'],
    ['POST', '/api/cleanup_sessions'],
  ])('keeps %s %s for admins', async (method, route) => {
    const path = route.replace(':session', alice.session);
    await unharmed(async () => {
      const body = method === 'POST' ? {} : undefined;
      const [byStranger, byUser] = [new Witness(url(), record), bob.client];
      expectRow(await byStranger.request(method, path, { body }), 'AUTHENTICATION_REQUIRED');
      expectRow(await byUser.request(method, path, { body }), 'FORBIDDEN');
    });
    expect((await admin.client.get('/api/admin/performance')).status).toBe(200);
  });

  it('has told nobody a token, a password or a secret, in any answer or frame of the run', async () => {
    const people = [admin, alice, bob];
    for (const { client, tabs } of people) {
      await client.get('/', { headers: { accept: 'text/html' } });
      await client.get('/create_post', { headers: { accept: 'text/html' } });
      await client.get('/api/user_platforms');
      await Promise.all(tabs.map((tab) => tab.sync()));
    }
    await new Witness(url(), record).get('/metrics');
    expect(record.size).toBeGreaterThan(30);
    const all = record.all();
    expect(all).toContain('session:state');
    const secrets = people.flatMap(({ client, phone }) => [secretOf(client), secretOf(phone)]);
    const hashes = secrets.map((secret) => createHash('sha256').update(secret).digest('hex'));
    const passwords = people.map(({ client }) => client.password);
    const never = [...secrets, ...hashes, ...passwords, ...people.flatMap(({ tokens }) => tokens)];
    expect(never.every((each) => each.length > 20)).toBe(true);
    for (const word of [...never, '$argon2', 'access_token', 'password_hash', 'token_hash', 'account_key']) {
      expect([word, all.includes(word)]).toEqual([word, false]);
    }
  });
});
