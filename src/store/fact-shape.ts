/** What the word of another node has to look like, to be taken for a fact of ours. */
import type { DomainEvent, DomainEventMap, DomainEventName, Origin } from '../common/domain-events';
import { END_REASONS } from '../protocol/end-reasons';
import type { DeadlinesView, PlatformView, PostView } from '../protocol/http';

type Check = (value: unknown) => boolean;

/** As the columns are. */
const LARGEST = 2_147_483_647;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST;
const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const uuid: Check = (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
const reason: Check = (value) => END_REASONS.some((each) => each === value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Each field named has to be as it should; there may be more, of a newer version. */
function record<T>(fields: { [K in keyof T]-?: Check }): Check {
  const checks = Object.entries<Check>(fields);
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([name, check]) => Object.hasOwn(value, name) && check(Reflect.get(value, name)));
}

const origin = record<Origin>({ sessionId: orNull(uuid), tabId: orNull(text) });
const deadlines = record<DeadlinesView>({ idle_expires_at: time, absolute_expires_at: time, expires_at: time });
/** Why it must be connected again is said only where it must. */
const platform = record<Omit<PlatformView, 'reconnect_reason'>>({
  id: count,
  name: text,
  platform_type: text,
  instance_url: text,
  username: orNull(text),
  is_default: flag,
  is_active: flag,
  display_name: orNull(text),
  avatar_url: orNull(text),
  needs_reconnect: flag,
  max_characters: count,
  characters_per_url: count,
});
const post = record<PostView>({
  id: count,
  platform_id: count,
  title: orNull(text),
  content: text,
  visibility: text,
  spoiler_text: orNull(text),
  status: text,
  url: orNull(text),
  error: orNull(text),
  images: listOf(record<PostView['images'][number]>({ id: count, alt_text: orNull(text), status: text })),
  created_at: time,
  published_at: orNull(time),
});

const SHAPES: { [N in DomainEventName]: Check } = {
  'platform.switched': record<DomainEventMap['platform.switched']>({
    userId: count,
    revision: count,
    sessionId: orNull(uuid),
    platform,
    previousPlatformId: orNull(count),
    origin,
    at: time,
  }),
  'platforms.changed': record<DomainEventMap['platforms.changed']>({
    userId: count,
    revision: count,
    platforms: listOf(platform),
    sessions: listOf(record<{ id: string; platformId: number | null }>({ id: uuid, platformId: orNull(count) })),
    at: time,
  }),
  'session.extended': record<DomainEventMap['session.extended']>({
    sessionId: uuid,
    userId: count,
    lastActivity: time,
    deadlines,
    at: time,
  }),
  'session.ended': record<DomainEventMap['session.ended']>({ sessionId: uuid, userId: count, reason, at: time }),
  'session.rekeyed': record<DomainEventMap['session.rekeyed']>({ sessionId: uuid, userId: count, revision: count }),
  'post.updated': record<DomainEventMap['post.updated']>({ userId: count, post, at: time }),
  'post.removed': record<DomainEventMap['post.removed']>({ userId: count, postId: count, platformId: count, at: time }),
};

/** Whether this is a fact of ours, with all that belongs to it. */
export function isFact(event: unknown): event is DomainEvent {
  if (typeof event !== 'object' || event === null || !('name' in event) || !('payload' in event)) return false;
  const { name, payload } = event;
  return typeof name === 'string' && Object.hasOwn(SHAPES, name) && SHAPES[name as DomainEventName](payload);
}
