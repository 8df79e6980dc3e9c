import { Injectable } from '@nestjs/common';
import { type DomainEventMap, DomainEvents } from '../common/domain-events';
import type { DeadlinesView } from '../protocol/http';
import type { Deadlines } from '../session/expiry-policy';
import { endedCode } from '../session/liveness';
import { ExpiryWatch } from './expiry-watch';
import { type AppServer, sessionRoom, userRoom } from './socket-types';

/** From facts of the domain, of this node or another, to messages on the wire: each node tells its own sockets. */
@Injectable()
export class Broadcaster {
  constructor(
    private readonly events: DomainEvents,
    private readonly watch: ExpiryWatch,
  ) {}

  start(io: AppServer): void {
    const to = (room: string) => io.local.to(room);

    this.events.on('platform.switched', (event) => {
      to(userRoom(event.userId)).emit('platform:switched', {
        revision: event.revision,
        session_id: event.sessionId,
        platform: event.platform,
        previous_platform_id: event.previousPlatformId,
        origin: { session_id: event.origin.sessionId, tab_id: event.origin.tabId },
        pinned_session_ids: event.pinnedSessionIds,
        server_time: event.at,
      });
    });

    this.events.on('platforms.changed', ({ revision, platforms, sessions, at }) => {
      for (const { id, platformId } of sessions) {
        to(sessionRoom(id)).emit('platforms:changed', {
          revision,
          platforms,
          current_platform: platforms.find((platform) => platform.id === platformId) ?? null,
          server_time: at,
        });
      }
    });

    this.events.on('session.extended', ({ sessionId, deadlines, at }) => {
      to(sessionRoom(sessionId)).emit('session:extended', { session_id: sessionId, ...deadlines, server_time: at });
      this.watch.extend(sessionId, toDeadlines(deadlines));
    });

    this.events.on('session.ended', (event) => endSockets(io, event));

    this.events.on('post.updated', ({ userId, post, at }) => {
      to(userRoom(userId)).emit('post:updated', { post, server_time: at });
    });

    this.events.on('post.removed', ({ userId, postId, platformId, at }) => {
      to(userRoom(userId)).emit('post:removed', { post_id: postId, platform_id: platformId, server_time: at });
    });
    this.events.on('posts.imported', ({ userId, platformId, imported, leftOut, isChanged, running, at }) => {
      const counts = { platform_id: platformId, imported, left_out: leftOut };
      to(userRoom(userId)).emit('posts:imported', { ...counts, is_changed: isChanged, running, server_time: at });
    });
  }
}

/** Tells the session's sockets on this node that it is over, and closes them. */
export function endSockets(
  io: AppServer,
  { sessionId, reason, at }: Omit<DomainEventMap['session.ended'], 'userId'>,
): void {
  io.local.to(sessionRoom(sessionId)).emit('session:ended', {
    session_id: sessionId,
    reason,
    error_code: endedCode(reason),
    at,
  });
  io.local.in(sessionRoom(sessionId)).disconnectSockets(true);
}

function toDeadlines(view: DeadlinesView): Deadlines {
  return { idleExpiresAt: new Date(view.idle_expires_at), absoluteExpiresAt: new Date(view.absolute_expires_at) };
}
