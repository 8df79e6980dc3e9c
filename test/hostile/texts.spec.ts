/** No text or list that is sent to the server blocks other requests, whichever field contains it. */
import { getMetadataStorage } from 'class-validator';
import { toAccount, toLimits, toMedia, toStatus } from '../../src/fediverse/instance-types';
import { MAX_TEXT_LENGTH } from '../../src/protocol/post-bounds';
import { isSameStatus } from '../../src/publishing/outbox/same-status';
import { ruleOf, sampleOf } from '../attacks/support/route-rules';
import { type App, closeApps, DATABASES, startApp } from '../integration/support/app';
import { type Household, household } from '../integration/support/household';
import { TestClient } from '../support/http-client';
import { type Route, routesOf } from '../support/route-table';
import { FULL } from '../support/scale';
import { expectResponsive } from './support/event-loop';
import { hostileTexts } from './support/texts';

/** What the largest body limit leaves for the value under test; bytes. */
const LARGEST_BODY_BYTES = 250_000;
/** Values that are slow to compare or to iterate, in place of a text. */
const HOSTILE_LISTS: [name: string, value: unknown][] = [
  ['distinct numbers', Array.from({ length: 35_000 }, (_, index) => index + 1)],
  ['distinct texts', Array.from({ length: 25_000 }, (_, index) => String(index))],
  ['lists', Array.from({ length: 60_000 }, () => [])],
  ['pairs', Array.from({ length: 20_000 }, (_, index) => ['x', index])],
  ['marks', Array.from({ length: 10 }, () => '\u0301\u0327'.repeat(5_000))],
  ['fields', Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => [`f${index}`, 1]))],
];
const LENGTHS = FULL
  ? [64, 254, 256, MAX_TEXT_LENGTH, 20_000, 50_000, LARGEST_BODY_BYTES]
  : [256, 50_000, LARGEST_BODY_BYTES];

const NOT_LET_IN = /^(AUTHENTICATION_|SESSION_|CSRF_|ORIGIN_|FORBIDDEN|RATE_|PLATFORM_(ID|CONTEXT|NOT))/;

interface BodyField {
  route: Route;
  field: string;
}

/** Every field of every body, found by the validation metadata of the classes. */
function fieldsOf(routes: Route[]): BodyField[] {
  return routes.flatMap((route) => {
    const metadata = route.body ? getMetadataStorage().getTargetValidationMetadatas(route.body, '', false, false) : [];
    return [...new Set(metadata.map(({ propertyName }) => propertyName))].map((field) => ({ route, field }));
  });
}

/** Other tasks run after each text; it does not matter whether the text is accepted. */
async function eachInTurn(length: number, read: (text: string) => unknown): Promise<void> {
  for (const [, text] of hostileTexts(length)) {
    await new Promise(setImmediate);
    try {
      read(text);
    } catch {}
  }
}

/** Whether a body is small enough: even a rejected one is parsed, if it fits. */
const fits = (body: unknown) => Buffer.byteLength(JSON.stringify(body)) < LARGEST_BODY_BYTES + 5000;

describe('a body', () => {
  let app: App;
  let home: Household;

  beforeAll(async () => {
    const [, create] = DATABASES[0]!;
    app = await startApp(await create());
    home = await household(app.url);
  });
  afterAll(closeApps);

  it('holds the server up by no field of any kind', async () => {
    const fields = fieldsOf(routesOf(app.nest));
    expect(fields.length).toBeGreaterThan(25);
    for (const { route, field } of fields) {
      // The sample of another route may have ended the session.
      if ((await home.client.get('/api/session')).status !== 200) home = await household(app.url);
      const isPublic = ruleOf(route).access === 'public';
      const { path, body, headers } = sampleOf(home, route);
      const values = [...LENGTHS.flatMap(hostileTexts), ...HOSTILE_LISTS];
      await expectResponsive(`${route.method} ${route.path} ${field}`, async () => {
        for (const [, value] of values) {
          const sent = { ...(body as object), [field]: value };
          if (!fits(sent)) continue;
          const client = isPublic ? new TestClient(app.url) : home.client;
          const answer = await client.request(route.method, path, { body: sent, headers });
          // The request must have reached the check of its body: an earlier refusal proves nothing.
          expect([route.path, answer.status]).not.toEqual([route.path, 404]);
          expect([route.path, field, answer.body.error_code]).not.toContainEqual(expect.stringMatching(NOT_LET_IN));
        }
      });
    }
  });
});

describe('an instance', () => {
  const at = '2026-01-02T03:04:05.000Z';
  /** The length limit of one response. */
  const ANSWER_LENGTH = 1_000_000;
  /** Number of statuses of 200,000 characters that fit into one response. */
  const STATUSES_PER_ANSWER = 5;

  it.each<[string, (answer: unknown) => unknown, Record<string, unknown>]>([
    ['an account', toAccount, { id: '1' }],
    ['a file', toMedia, { id: '1' }],
    ['a status', toStatus, { id: '1', created_at: at }],
    ['limits', toLimits, {}],
  ])('holds nobody up by any text of %s', async (_, read, base) => {
    // Records each property that is read, so that a new field is tested automatically.
    const asked = new Set<string>();
    const noting = new Proxy(base, {
      get: (target, name) => {
        asked.add(String(name));
        return target[String(name)];
      },
    });
    read(noting);
    expect(asked.size).toBeGreaterThan(1);
    for (const field of asked) {
      await expectResponsive(field, () => eachInTurn(ANSWER_LENGTH, (text) => read({ ...base, [field]: text })));
    }
  });

  it('holds nobody up by statuses that are compared with a post on its way', async () => {
    await expectResponsive('a page of them', () =>
      eachInTurn(200_000, (text) => {
        const status = { ...toStatus({ id: '1', created_at: at, content: text }), spoilerText: '' };
        const post = { content: text.slice(0, MAX_TEXT_LENGTH), spoilerText: '', visibility: 'public' };
        const sent = { ...post, createdAt: new Date(at), mediaIds: [], mediaCount: 0 };
        for (let count = 0; count < STATUSES_PER_ANSWER; count++) isSameStatus({ ...status }, sent);
      }),
    );
  });

  it('of a whole page are compared with all posts on their way', async () => {
    const words = Array.from({ length: 400 }, (_, index) => `word${index}`);
    const statuses = Array.from({ length: 400 }, (_, id) =>
      toStatus({ id: String(id), created_at: at, content: `more ${words.join(' ')}` }),
    );
    const posts = Array.from({ length: 100 }, (_, index) => ({
      content: [...words, `last${index}`].join(' '),
      spoilerText: '',
      createdAt: new Date(at),
      mediaIds: [],
      mediaCount: 0,
    }));
    await expectResponsive('400 statuses beside 100 posts', () => {
      const page = statuses.map((status) => ({ ...status }));
      for (const status of page) posts.some((post) => isSameStatus(status, post));
    });
  });
});
