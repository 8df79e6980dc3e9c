/**
 * Domain events: plain data, times in ISO 8601. Other nodes send them through Redis, so each is validated by the schema
 * from which its type is derived. Unknown fields pass: a newer version may have added them.
 */
import * as v from 'valibot';
import { END_REASONS } from '../protocol/end-reasons';
import { PLATFORM_TYPES, type PlatformView, type PostView, VISIBILITIES } from '../protocol/http';

/** The largest value of an integer column. */
const MAX_INTEGER = 2_147_483_647;

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_INTEGER));
const time = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text))),
);
const uuid = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));
const text = v.string();

const platform: v.GenericSchema<unknown, PlatformView> = v.looseObject({
  id: count,
  name: text,
  platform_type: v.picklist(PLATFORM_TYPES),
  instance_url: text,
  username: v.nullable(text),
  is_default: v.boolean(),
  is_active: v.boolean(),
  display_name: v.nullable(text),
  avatar_url: v.nullable(text),
  needs_reconnect: v.boolean(),
  reconnect_reason: v.optional(text),
  max_characters: count,
  characters_per_url: v.nullable(count),
});

const post: v.GenericSchema<unknown, PostView> = v.looseObject({
  id: count,
  platform_id: count,
  title: v.nullable(text),
  content: text,
  visibility: v.picklist(VISIBILITIES),
  spoiler_text: v.nullable(text),
  status: v.picklist(['queued', 'publishing', 'published', 'failed']),
  url: v.nullable(text),
  error: v.nullable(text),
  images: v.array(
    v.looseObject({
      id: count,
      alt_text: v.nullable(text),
      status: v.picklist(['pending', 'ready']),
      has_picture: v.boolean(),
    }),
  ),
  created_at: time,
  published_at: v.nullable(time),
  next_attempt_at: v.nullable(time),
});

export const DOMAIN_EVENT_SCHEMAS = {
  'platform.switched': v.object({
    userId: count,
    revision: count,
    /** Null: all live sessions of the user moved, except the pinned ones. */
    sessionId: v.nullable(uuid),
    /** Null: no platform, for a session that followed the others there. */
    platform: v.nullable(platform),
    previousPlatformId: v.nullable(count),
    /** The tab that made the request, so that it can tell its own switch from another's. */
    origin: v.object({ sessionId: v.nullable(uuid), tabId: v.nullable(text) }),
    /** All pinned sessions of the user, after this switch. */
    pinnedSessionIds: v.array(uuid),
    at: time,
  }),
  'platforms.changed': v.object({
    userId: count,
    revision: count,
    platforms: v.array(platform),
    /** The live sessions and the platform that each is on now. */
    sessions: v.array(v.object({ id: uuid, platformId: v.nullable(count) })),
    at: time,
  }),
  'session.created': v.object({ sessionId: uuid, userId: count, tokenHash: text, at: time }),
  'session.extended': v.object({
    sessionId: uuid,
    userId: count,
    lastActivity: time,
    deadlines: v.object({ idle_expires_at: time, absolute_expires_at: time, expires_at: time }),
    at: time,
  }),
  'session.ended': v.object({ sessionId: uuid, userId: count, reason: v.picklist(END_REASONS), at: time }),
  /** The session was given a new token; connections opened with the old one must be closed. */
  'session.rekeyed': v.object({ sessionId: uuid, userId: count, tokenHash: text, revision: count }),
  'post.updated': v.object({ userId: count, post, at: time }),
  'post.removed': v.object({ userId: count, postId: count, platformId: count, at: time }),
  'posts.imported': v.object({
    userId: count,
    platformId: count,
    imported: count,
    leftOut: count,
    isChanged: v.boolean(),
    running: v.boolean(),
    at: time,
  }),
};

export type DomainEventName = keyof typeof DOMAIN_EVENT_SCHEMAS;
export type DomainEventMap = { [N in DomainEventName]: v.InferOutput<(typeof DOMAIN_EVENT_SCHEMAS)[N]> };
export type DomainEvent = { [N in DomainEventName]: { name: N; payload: DomainEventMap[N] } }[DomainEventName];

/** Whether this is a valid domain event. */
export function isDomainEvent(value: unknown): value is DomainEvent {
  const event = value as { name?: unknown; payload?: unknown } | null | undefined;
  const name = event?.name;
  if (typeof name !== 'string' || !Object.hasOwn(DOMAIN_EVENT_SCHEMAS, name)) return false;
  return v.is(DOMAIN_EVENT_SCHEMAS[name as DomainEventName], event?.payload);
}
