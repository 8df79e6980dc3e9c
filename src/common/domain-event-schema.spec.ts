import type { PlatformView, PostView } from '../protocol/http';
import { type DomainEvent, isDomainEvent } from './domain-event-schema';

const at = '2026-03-01T12:00:00.000Z';
const sessionId = '851811f0-e0d7-48a0-ba99-006fe0cbe7d5';
const platform: PlatformView = {
  id: 3,
  name: 'Town',
  platform_type: 'mastodon',
  instance_url: 'https://town.example',
  username: 'me',
  is_default: true,
  is_active: true,
  display_name: null,
  avatar_url: null,
  needs_reconnect: false,
  max_characters: 500,
  characters_per_url: 23,
};
const post: PostView = {
  id: 4,
  platform_id: 3,
  title: null,
  content: 'hello',
  visibility: 'public',
  spoiler_text: null,
  status: 'queued',
  url: null,
  error: null,
  next_attempt_at: null,
  images: [{ id: 5, alt_text: 'a cat', status: 'pending', has_picture: true }],
  created_at: at,
  published_at: null,
};
const deadlines = { idle_expires_at: at, absolute_expires_at: at, expires_at: at };
const origin = { sessionId, tabId: 'tab' };

const EVENTS: DomainEvent[] = [
  {
    name: 'platform.switched',
    payload: {
      userId: 1,
      revision: 2,
      sessionId: null,
      platform,
      previousPlatformId: null,
      origin,
      pinnedSessionIds: [sessionId],
      at,
    },
  },
  {
    name: 'platforms.changed',
    payload: { userId: 1, revision: 2, platforms: [platform], sessions: [{ id: sessionId, platformId: 3 }], at },
  },
  { name: 'session.extended', payload: { sessionId, userId: 1, lastActivity: at, deadlines, at } },
  { name: 'session.ended', payload: { sessionId, userId: 1, reason: 'revoked', at } },
  { name: 'session.created', payload: { sessionId, userId: 1, tokenHash: 'f'.repeat(64), at } },
  { name: 'session.rekeyed', payload: { sessionId, userId: 1, tokenHash: 'f'.repeat(64), revision: 2 } },
  { name: 'post.updated', payload: { userId: 1, post, at } },
  { name: 'post.removed', payload: { userId: 1, postId: 4, platformId: 3, at } },
  {
    name: 'posts.imported',
    payload: { userId: 1, platformId: 3, imported: 2, leftOut: 0, isChanged: true, running: false, at },
  },
];

type Path = (string | number)[];

/** Every path in a value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const here = path.length > 0 ? [path] : [];
  if (typeof value !== 'object' || value === null) return here;
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return [...here, ...keys.flatMap((key) => pathsOf(Reflect.get(value, key), [...path, key]))];
}

/** A copy with another value at the path. */
function withOther(event: DomainEvent, path: Path, other: unknown): unknown {
  const copy: unknown = structuredClone(event);
  const holder = path.slice(0, -1).reduce((at: unknown, key) => Reflect.get(at as object, key), copy);
  Reflect.set(holder as object, path.at(-1)!, other);
  return copy;
}

describe.each(EVENTS.map((event) => [event.name, event] as const))('%s', (_, event) => {
  it('is accepted', () => {
    expect(isDomainEvent(JSON.parse(JSON.stringify(event)))).toBe(true);
    expect(isDomainEvent({ ...event, payload: { ...event.payload, of_a_newer_version: 1 } })).toBe(true);
  });

  it('is rejected if any field is missing or of another type', () => {
    for (const path of pathsOf(event)) {
      for (const other of [undefined, {}, [null], 1e15, -1, 1.5]) {
        expect([path, other, isDomainEvent(withOther(event, path, other))]).toEqual([path, other, false]);
      }
    }
  });
});

it.each([
  ['sessionId', 'x'],
  ['reason', 'because'],
  ['at', 'soon'],
])('refuses a %s of %s', (field, other) => {
  expect(isDomainEvent(withOther(EVENTS[3]!, ['payload', field], other))).toBe(false);
});

it.each([null, 1, 'x', [], {}, { name: 'toString', payload: {} }, { name: '__proto__', payload: {} }])(
  'refuses %j',
  (event) => expect(isDomainEvent(event)).toBe(false),
);
