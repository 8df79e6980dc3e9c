import { Injectable } from '@nestjs/common';
import { type DomainEvent, type DomainEventMap, DomainEvents } from '../common/domain-events';
import type { DeadlinesView } from '../protocol/http';
import type { Deadlines } from '../session/expiry-policy';
import { endedCode } from '../session/liveness';
import { ClusterAdapter } from './cluster-adapter';
import { ExpiryWatch } from './expiry-watch';
import { type AppNamespace, sessionRoom, userRoom } from './socket-types';

/** Pushes domain events to the tabs on every node. */
@Injectable()
export class Broadcaster {
  constructor(
    private readonly events: DomainEvents,
    private readonly cluster: ClusterAdapter,
    private readonly watch: ExpiryWatch,
  ) {}

  start(namespace: AppNamespace): void {
    this.events.onAny((event, source) => {
      if (event.name === 'session.extended') {
        this.watch.extend(event.payload.sessionId, toDeadlines(event.payload.deadlines));
      }
      if (source === 'remote') return undefined;
      // First, so that other nodes' caches are updated before their tabs see the change and read it.
      const forwarded = this.cluster.forward(namespace, event);
      push(namespace, event);
      // The response waits until Redis has the event, so that reads on other nodes show the change; revocations do not
      // wait for Redis.
      return event.name === 'session.ended' ? undefined : forwarded;
    });
  }
}

function push(namespace: AppNamespace, { name, payload }: DomainEvent): void {
  switch (name) {
    case 'platform.switched':
      namespace.to(userRoom(payload.userId)).emit('platform:switched', {
        revision: payload.revision,
        session_id: payload.sessionId,
        platform: payload.platform,
        previous_platform_id: payload.previousPlatformId,
        origin: { session_id: payload.origin.sessionId, tab_id: payload.origin.tabId },
        pinned_session_ids: payload.pinnedSessionIds,
        server_time: payload.at,
      });
      break;
    case 'platforms.changed':
      pushPlatforms(namespace, payload);
      break;
    case 'session.extended': {
      const { sessionId, deadlines, at } = payload;
      const message = { session_id: sessionId, ...deadlines, server_time: at };
      namespace.to(sessionRoom(sessionId)).emit('session:extended', message);
      break;
    }
    case 'session.ended':
      // Local sockets first: through the adapter, a call for all nodes would depend on Redis.
      endLocalSockets(namespace, payload);
      namespace.to(sessionRoom(payload.sessionId)).emit('session:ended', endedMessage(payload));
      namespace.in(sessionRoom(payload.sessionId)).disconnectSockets(true);
      break;
    case 'post.updated':
      namespace.to(userRoom(payload.userId)).emit('post:updated', { post: payload.post, server_time: payload.at });
      break;
    case 'post.removed': {
      const { userId, postId, platformId, at } = payload;
      const message = { post_id: postId, platform_id: platformId, server_time: at };
      namespace.to(userRoom(userId)).emit('post:removed', message);
      break;
    }
    case 'posts.imported': {
      const { userId, platformId, imported, leftOut, isChanged, running, at } = payload;
      const counts = { platform_id: platformId, imported, left_out: leftOut };
      const message = { ...counts, is_changed: isChanged, running, server_time: at };
      namespace.to(userRoom(userId)).emit('posts:imported', message);
      break;
    }
  }
}

/** One message per platform, for all sessions that are on it. */
function pushPlatforms(namespace: AppNamespace, event: DomainEventMap['platforms.changed']): void {
  const { revision, platforms, sessions, at } = event;
  for (const platformId of new Set(sessions.map((session) => session.platformId))) {
    const onPlatform = sessions.filter((session) => session.platformId === platformId);
    namespace.to(onPlatform.map(({ id }) => sessionRoom(id))).emit('platforms:changed', {
      revision,
      platforms,
      current_platform: platforms.find((platform) => platform.id === platformId) ?? null,
      server_time: at,
    });
  }
}

type Ended = Omit<DomainEventMap['session.ended'], 'userId'>;

function endedMessage({ sessionId, reason, at }: Ended) {
  return { session_id: sessionId, reason, error_code: endedCode(reason), at };
}

/** Sends `session:ended` to the session's sockets on this node, and closes them. */
export function endLocalSockets(namespace: AppNamespace, ended: Ended): void {
  namespace.local.to(sessionRoom(ended.sessionId)).emit('session:ended', endedMessage(ended));
  namespace.local.in(sessionRoom(ended.sessionId)).disconnectSockets(true);
}

function toDeadlines(view: DeadlinesView): Deadlines {
  return { idleExpiresAt: new Date(view.idle_expires_at), absoluteExpiresAt: new Date(view.absolute_expires_at) };
}
