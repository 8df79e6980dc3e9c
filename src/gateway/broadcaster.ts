import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events';
import type { DeadlinesView } from '../protocol/http';
import type { Deadlines } from '../session/expiry-policy';
import { endedCode } from '../session/liveness';
import { ExpiryWatch } from './expiry-watch';
import { type AppServer, sessionRoom, userRoom } from './socket-types';

/** From facts of the domain to messages on the wire. */
@Injectable()
export class Broadcaster {
  constructor(
    private readonly events: DomainEvents,
    private readonly watch: ExpiryWatch,
  ) {}

  start(io: AppServer): void {
    this.events.on('platform.switched', (event) => {
      io.to(userRoom(event.userId)).emit('platform:switched', {
        revision: event.revision,
        session_id: event.sessionId,
        platform: event.platform,
        previous_platform_id: event.previousPlatformId,
        origin: { session_id: event.origin.sessionId, tab_id: event.origin.tabId },
        server_time: event.at.toISOString(),
      });
    });

    this.events.on('platforms.changed', ({ revision, platforms, sessions, at }) => {
      for (const { id, platformId } of sessions) {
        io.to(sessionRoom(id)).emit('platforms:changed', {
          revision,
          platforms,
          current_platform: platforms.find((platform) => platform.id === platformId) ?? null,
          server_time: at.toISOString(),
        });
      }
    });

    this.events.on('session.extended', ({ sessionId, deadlines, at }) => {
      const event = { session_id: sessionId, ...deadlines, server_time: at.toISOString() };
      io.to(sessionRoom(sessionId)).emit('session:extended', event);
      this.watch.extend(sessionId, toDeadlines(deadlines));
      io.serverSideEmit('session:extended', sessionId, deadlines);
    });
    io.on('session:extended', (sessionId, deadlines) => this.watch.extend(sessionId, toDeadlines(deadlines)));

    this.events.on('session.ended', ({ sessionId, reason, at }) => {
      io.to(sessionRoom(sessionId)).emit('session:ended', {
        session_id: sessionId,
        reason,
        error_code: endedCode(reason),
        at: at.toISOString(),
      });
      io.in(sessionRoom(sessionId)).disconnectSockets(true);
    });

    this.events.on('session.rekeyed', ({ sessionId }) => {
      cutOff(io, sessionId);
      io.serverSideEmit('session:rekeyed', sessionId);
    });
    io.on('session:rekeyed', (sessionId) => cutOff(io, sessionId));
  }
}

function toDeadlines(view: DeadlinesView): Deadlines {
  return { idleExpiresAt: new Date(view.idle_expires_at), absoluteExpiresAt: new Date(view.absolute_expires_at) };
}

/** Drops the line without a farewell: who holds the new secret comes back by itself, who holds the old one cannot. */
function cutOff(io: AppServer, sessionId: string): void {
  for (const socketId of io.of('/').adapter.rooms.get(sessionRoom(sessionId)) ?? []) {
    io.of('/').sockets.get(socketId)?.conn.close();
  }
}
