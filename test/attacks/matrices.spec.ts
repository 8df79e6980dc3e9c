/** Calls every declared route in every forbidden way; new routes are covered automatically. */
import { randomUUID } from 'node:crypto';
import { User } from '../../src/database/entities/user.entity';
import { UnitOfWork } from '../../src/database/unit-of-work';
import { SessionGateway } from '../../src/gateway/session.gateway';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors';
import { type App, closeApps, DATABASES, DAY, startApp } from '../integration/support/app';
import { belongings, expectRow, toldTo } from '../integration/support/attack';
import { type Household, household } from '../integration/support/household';
import { type Answer, type RequestOptions, TestClient } from '../support/http-client';
import { type Route, routesOf } from '../support/route-table';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { CSRF_VARIANTS, ORIGIN_VARIANTS, PARTNER } from './support/forgeries';
import { idOf, isUnsafe, nameOf, ROUTE_RULES, ruleOf, type Sample, sampleOf } from './support/route-rules';

let app: App;
let routes: Route[];
/** The first account: an administrator, so that no route rejects it for lack of rights. */
let home: Household;
let stranger: Household;
let strangersTab: Tab;
const callers = new Map<string, Pick<TestClient, 'cookie' | 'csrfToken'>>();

const send = (client: TestClient, { method, path, body, headers }: Sample, more: RequestOptions = {}) =>
  client.request(method, path, { body, ...more, headers: { ...headers, ...more.headers } });

/** A copy: a client drops its credentials when its session ends. */
const credentialsOf = ({ cookie, csrfToken }: TestClient) => ({ cookie, csrfToken });

async function signedIn(): Promise<{ client: TestClient; user: number }> {
  const client = new TestClient(app.url);
  return { client, user: (await client.register()).body.user.id };
}

beforeAll(async () => {
  app = await startApp(await DATABASES[0]![1](), { ALLOWED_ORIGINS: PARTNER });
  routes = routesOf(app.nest);
  const admin = new TestClient(app.url);
  await admin.register();

  callers.set('expired', credentialsOf((await signedIn()).client));
  app.clock.advance(2 * DAY);
  await admin.login();
  home = await household(app.url, admin);
  stranger = await household(app.url);
  strangersTab = await openTab(stranger.client);
  await strangersTab.waitFor('session:state');
  const ended = (await signedIn()).client;
  callers.set('ended', credentialsOf(ended));
  await ended.post('/api/auth/logout');
  const disabled = await signedIn();
  callers.set('disabled', credentialsOf(disabled.client));
  await admin.post(`/api/admin/users/${disabled.user}/disable`);
  const switchedOff = await signedIn();
  callers.set('of somebody switched off in the database', credentialsOf(switchedOff.client));
  await app
    .get<UnitOfWork>(UnitOfWork)
    .write(({ em }) => em.update(User, { id: switchedOff.user }, { isActive: false }));
  callers.set('none', { cookie: '', csrfToken: undefined });
  callers.set('garbage', { cookie: 'vedfolnir_session=garbage', csrfToken: 'x' });
  callers.set('unknown', { cookie: `vedfolnir_session=${'A'.repeat(43)}`, csrfToken: 'x' });
});
afterAll(async () => {
  closeTabs();
  await closeApps();
});

it('has a rule for every route, and a route for every rule', () => {
  expect(routes.map(nameOf).sort()).toEqual(Object.keys(ROUTE_RULES).sort());
});

it('runs the sample request of every route for a permitted caller, and notifies no other user', async () => {
  const heard = toldTo(strangersTab);
  const administrator = await signedIn();
  const { user: id } = administrator;
  await app.get<UnitOfWork>(UnitOfWork).write(({ em }) => em.update(User, { id }, { role: 'admin' }));
  let whole: Household | null = null;
  for (const route of routes) {
    const { access, spends, status } = ruleOf(route);
    whole ??= await household(app.url);
    const caller = access === 'admin' ? administrator : whole;
    const answer = await send(caller.client, sampleOf(whole, route));
    expect([nameOf(route), answer.status, answer.text]).toEqual([nameOf(route), status, answer.text]);
    if (spends) whole = null;
  }
  await strangersTab.sync();
  expect(toldTo(strangersTab)).toEqual(heard);
});

describe('every unsafe route', () => {
  let before: unknown;
  beforeAll(async () => {
    before = await belongings(home.client);
  });

  async function expectRefused(code: ErrorCode, refused: Route[], headers: Record<string, string | undefined>) {
    expect(refused.length).toBeGreaterThan(20);
    for (const route of refused) {
      const answer = await send(home.client, sampleOf(home, route), { headers });
      expect([nameOf(route), answer.status, answer.body.error_code]).toEqual([nameOf(route), 403, code]);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(await belongings(home.client)).toEqual(before);
    expect((await home.device.get('/api/session')).status).toBe(200);
  }

  it.each(CSRF_VARIANTS)('is refused with %s', async (_, headers) => {
    const withSession = routes.filter((route) => isUnsafe(route) && ruleOf(route).access !== 'public');
    await expectRefused('CSRF_INVALID', withSession, headers(home, stranger));
  });

  it.each(ORIGIN_VARIANTS)('is refused from %s, also with the right token', async (_, headers) => {
    await expectRefused('ORIGIN_REFUSED', routes.filter(isUnsafe), headers(new URL(app.url).origin));
  });
});

describe('every route', () => {
  const SESSION_CODES = ['AUTHENTICATION_REQUIRED', 'SESSION_INVALID', 'SESSION_REVOKED', 'SESSION_EXPIRED'];

  function caller(name: string): TestClient {
    return Object.assign(new TestClient(app.url), callers.get(name)!);
  }

  it.each<[string, ErrorCode]>([
    ['none', 'AUTHENTICATION_REQUIRED'],
    ['garbage', 'SESSION_INVALID'],
    ['unknown', 'SESSION_INVALID'],
    ['ended', 'SESSION_REVOKED'],
    ['expired', 'SESSION_EXPIRED'],
    ['disabled', 'SESSION_REVOKED'],
    ['of somebody switched off in the database', 'SESSION_REVOKED'],
  ])('refuses a caller whose session is: %s, by HTTP and by socket', async (name, code) => {
    for (const route of routes) {
      const { access, allowExpired } = ruleOf(route);
      const sample = sampleOf(home, route);
      const answer = await send(caller(name), sample);
      const passes = access === 'public' || (name === 'expired' && allowExpired);
      const refused = SESSION_CODES.includes(String(answer.body.error_code));
      if (passes) expect([nameOf(route), refused]).toEqual([nameOf(route), false]);
      else {
        expect([nameOf(route), answer.body.error_code]).toEqual([nameOf(route), code]);
        expectRow(answer, code);
        if (route.path.startsWith('/api')) continue;
        const page = await send(caller(name), sample, { headers: { accept: 'text/html' } });
        expect([page.status, page.headers.location]).toEqual([303, expect.stringMatching(/^\/login/)]);
      }
    }
    await expect(openTab(caller(name))).rejects.toMatchObject({ data: { error_code: code } });
  });

  it('for administrators is refused to other users', async () => {
    const before = await belongings(home.client);
    for (const route of routes.filter((each) => ruleOf(each).access === 'admin')) {
      const answer = await send(stranger.client, sampleOf(home, route));
      expect([nameOf(route), answer.body.error_code]).toEqual([nameOf(route), 'FORBIDDEN']);
    }
    expect(await belongings(home.client)).toEqual(before);
  });
});

describe("every id of another person's", () => {
  let tab: Tab;
  beforeAll(async () => {
    tab = await openTab(home.client);
    await tab.waitFor('session:state');
  });

  /** Expects that the user's data, and the events that their tab received, have not changed. */
  async function unharmed(what: string, attack: () => Promise<void>): Promise<void> {
    const before = [what, await belongings(home.client), toldTo(tab)];
    await attack();
    // An event sent to the tab would have arrived before this response.
    await tab.sync();
    expect([what, await belongings(home.client), toldTo(tab)]).toEqual(before);
  }

  function expectHidden(name: string, answer: Answer<unknown>, code: ErrorCode): void {
    const { error_code } = answer.body as { error_code?: string };
    // The form for browsers without scripts is answered with a page.
    const said = error_code === undefined ? code : error_code;
    expect([name, answer.status, said]).toEqual([name, ERRORS[code].status, code]);
  }

  const NOT_FOUND: Record<string, ErrorCode> = {
    platform: 'PLATFORM_NOT_FOUND',
    session: 'SESSION_NOT_FOUND',
    post: 'NOT_FOUND',
    image: 'NOT_FOUND',
  };

  it('in a path is answered like an id that does not exist', async () => {
    const ofPeople = routes.filter((route) => ruleOf(route).id && ruleOf(route).access === 'user');
    expect(ofPeople.length).toBeGreaterThan(10);
    for (const route of ofPeople) {
      const id = ruleOf(route).id!;
      const own = sampleOf(stranger, route);
      const named = (value: string) => ({ ...own, path: route.path.replace(':id', value) });
      await unharmed(nameOf(route), async () => {
        const answer = await send(stranger.client, named(idOf(home, id)));
        expectHidden(nameOf(route), answer, NOT_FOUND[id]!);
        const unknown = await send(stranger.client, named(id === 'session' ? randomUUID() : '99999999'));
        expect(answer.text).toBe(unknown.text);
      });
    }
  });

  it.each([{}, { 'x-platform-pinned': 'true' }])('in X-Platform-Id is not found, with %j', async (pinned) => {
    const platforms = routes.filter((route) => ruleOf(route).platform);
    expect(platforms.length).toBeGreaterThan(8);
    for (const route of platforms) {
      const headers = { ...pinned, 'x-platform-id': idOf(home, 'platform') };
      await unharmed(nameOf(route), async () => {
        // Other ids in the request may be the caller's own, or all may be the other user's.
        for (const owner of [stranger, home]) {
          const answer = await send(stranger.client, sampleOf(owner, route), { headers });
          expectHidden(nameOf(route), answer, 'PLATFORM_NOT_FOUND');
        }
      });
    }
  });

  it('in a body is not found', async () => {
    const withIds = routes.filter((route) => ruleOf(route).bodyId);
    expect(withIds.length).toBeGreaterThan(2);
    for (const route of withIds) {
      const { name, kind, isList, refusal } = ruleOf(route).bodyId!;
      const sample = sampleOf(stranger, route);
      const value = isList ? [Number(idOf(home, kind))] : idOf(home, kind);
      const body = { ...(sample.body as object), [name]: value };
      await unharmed(nameOf(route), async () => {
        expectHidden(nameOf(route), await send(stranger.client, { ...sample, body }), refusal as ErrorCode);
      });
    }
  });

  it('in a handshake or a message has no effect', async () => {
    const ids = { session_id: home.deviceSession, user_id: home.user, platform_id: home.platforms[0]!.id };
    const { prototype } = SessionGateway;
    const messages = Object.getOwnPropertyNames(prototype).flatMap(
      (name) => Reflect.getMetadata('message', Reflect.get(prototype, name)) ?? [],
    );
    expect(messages.length).toBeGreaterThan(1);
    await unharmed('the socket', async () => {
      const own = await openTab(stranger.client, { auth: { tab_id: tab.tabId, ...ids } });
      expect((await own.waitFor('session:state')).user.id).toBe(stranger.user);
      for (const message of messages) {
        for (const [name, value] of Object.entries(ids)) {
          const answer = await own.socket.timeout(5000).emitWithAck(message, { [name]: value } as object);
          expect([message, name, answer]).toEqual([
            message,
            name,
            expect.objectContaining({ error_code: 'VALIDATION_ERROR' }),
          ]);
        }
      }
    });
  });
});
