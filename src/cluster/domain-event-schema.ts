/** What the word of another node has to look like, to be taken for a fact of ours. */
import type { DomainEvent, DomainEventMap, DomainEventName, Origin } from '../common/domain-events';
import { END_REASONS } from '../protocol/end-reasons';
import type { DeadlinesView, PlatformView, PostView } from '../protocol/http';
import { type Check, count, flag, listOf, oneOf, orNull, record, text, time, uuid } from './shapes';

const reason = oneOf(END_REASONS);

const origin = record<Origin>({ sessionId: orNull(uuid), tabId: orNull(text) });
const deadlines = record<DeadlinesView>({ idle_expires_at: time, absolute_expires_at: time, expires_at: time });
/** Why it must be connected again is said only where it must. */
export const platform = record<Omit<PlatformView, 'reconnect_reason'>>({
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
  next_attempt_at: orNull(time),
  images: listOf(record<PostView['images'][number]>({ id: count, alt_text: orNull(text), status: text })),
  created_at: time,
  published_at: orNull(time),
});

const SHAPES: { [N in DomainEventName]: Check } = {
  'platform.switched': record<DomainEventMap['platform.switched']>({
    userId: count,
    revision: count,
    sessionId: orNull(uuid),
    platform: orNull(platform),
    previousPlatformId: orNull(count),
    origin,
    pinnedSessionIds: listOf(uuid),
    at: time,
  }),
  'platforms.changed': record<DomainEventMap['platforms.changed']>({
    userId: count,
    revision: count,
    platforms: listOf(platform),
    sessions: listOf(record<{ id: string; platformId: number | null }>({ id: uuid, platformId: orNull(count) })),
    at: time,
  }),
  'session.created': record<DomainEventMap['session.created']>({
    sessionId: uuid,
    userId: count,
    tokenHash: text,
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
  'session.rekeyed': record<DomainEventMap['session.rekeyed']>({
    sessionId: uuid,
    userId: count,
    tokenHash: text,
    revision: count,
  }),
  'post.updated': record<DomainEventMap['post.updated']>({ userId: count, post, at: time }),
  'post.removed': record<DomainEventMap['post.removed']>({ userId: count, postId: count, platformId: count, at: time }),
  'posts.imported': record<DomainEventMap['posts.imported']>({
    userId: count,
    platformId: count,
    imported: count,
    leftOut: count,
    isChanged: flag,
    running: flag,
    at: time,
  }),
};

/** Whether this is a fact of ours, with all that belongs to it. */
export function isDomainEvent(event: unknown): event is DomainEvent {
  if (typeof event !== 'object' || event === null || !('name' in event) || !('payload' in event)) return false;
  const { name, payload } = event;
  return typeof name === 'string' && Object.hasOwn(SHAPES, name) && SHAPES[name as DomainEventName](payload);
}
