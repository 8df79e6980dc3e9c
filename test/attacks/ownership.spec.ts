/** Access to another user's data, beyond the matrix of ids: lists, pages, secrets, and events. */
import { createHash, randomUUID } from 'node:crypto';
import type { PlatformView, PostsView, RestSessionState } from '../../src/protocol/http';
import { belongings, expectRow, secretOf, startEmpty, toldTo } from '../integration/support/attack';
import { Record, Witness } from '../integration/support/witness';
import { ANY_BACKEND, type Running } from '../support/backends';
import { sharedInstanceUrl } from '../support/shared-instances';
import { openTab, type Tab } from '../support/socket-client';

interface Person {
  client: Witness;
  phone: Witness;
  platforms: PlatformView[];
  tokens: string[];
  session: string;
  phoneSession: string;
  tabs: Tab[];
}

describe.each(ANY_BACKEND)('$name', (backend) => {
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
      const form = { name, platform_type: 'mastodon', instance_url: sharedInstanceUrl(), access_token };
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

  /** Expects that alice's data, and the events that her tabs received, have not changed. */
  async function unharmed(attack: () => Promise<void>): Promise<void> {
    const before = await belongings(alice.client);
    const heard = alice.tabs.map(toldTo);
    await attack();
    expect(await belongings(alice.client)).toEqual(before);
    // An event sent to her tabs would have arrived before this response.
    await Promise.all(alice.tabs.map((tab) => tab.sync()));
    expect(alice.tabs.map(toldTo)).toEqual(heard);
    expect(alice.tabs.every((tab) => tab.connected)).toBe(true);
  }

  it("never pages into another user's posts", async () => {
    const mine = (await bob.client.get<PostsView>('/api/posts?limit=200')).body.posts;
    for (const before of [1, ...mine.map(({ id }) => id), 99_999_999]) {
      const { posts } = (await bob.client.get<PostsView>(`/api/posts?before_id=${before}`)).body;
      for (const post of posts) expect(bob.platforms.map(({ id }) => id)).toContain(post.platform_id);
    }
  });

  it("starts no session on another user's platform", async () => {
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

  it('lists no session of another user', async () => {
    const text = (await bob.client.get('/api/sessions')).text;
    for (const id of [alice.session, alice.phoneSession]) expect(text).not.toContain(id);
  });

  it('does not accept the public id of a session as its secret', async () => {
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

  it("sends no event about another user's actions", async () => {
    const heard = bob.tabs.map(toldTo);
    for (const { id } of [...alice.platforms].reverse()) await alice.client.post(`/api/switch_platform/${id}`);
    await alice.client.patch(`/api/platforms/${alice.platforms[0]!.id}`, { name: 'renamed' });
    await alice.client.post('/api/session/extend');
    await alice.tabs[1]!.waitFor('platforms:changed', ({ platforms }) => platforms[0]?.name === 'renamed');
    await Promise.all(bob.tabs.map((tab) => tab.sync()));
    expect(bob.tabs.map(toldTo)).toEqual(heard);
  });

  it('has sent no token, password or secret in any response or frame of the run', async () => {
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
