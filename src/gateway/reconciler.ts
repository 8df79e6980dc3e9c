import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { DomainEvents } from '../common/domain-events';
import { Metrics } from '../common/metrics';
import { ChangeFeed } from '../session/cache/change-feed';
import type { Changes } from '../session/session.repository';
import { toSessionState } from '../session/session.views';
import { SessionLifecycleService } from '../session/session-lifecycle.service';
import { endLocalSockets } from './broadcaster';
import { type AppNamespace, type AppSocket, sessionRoom, userRoom } from './socket-types';

/** A push that has not arrived this long after the commit counts as lost. */
const PUSH_DELAY_MS = 500;

/**
 * Compares changes in the database with what this node's sockets were sent: resends the state to sockets that missed a
 * push, and closes sockets of ended sessions.
 */
@Injectable()
export class Reconciler {
  /** Revision found by the last poll, by user: its push is no longer in transit. */
  private lastRevisions = new Map<number, number>();
  private readonly countGap: () => void;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly sessions: SessionLifecycleService,
    private readonly clock: Clock,
    private readonly events: DomainEvents,
    metrics: Metrics,
  ) {
    const help = "Number of times that a user's tabs missed a message and were sent the state";
    this.countGap = metrics.counter('vedfolnir_reconciled_gaps_total', help);
  }

  start(namespace: AppNamespace): void {
    this.feed.onChanges((changes) => this.compare(namespace, changes));
    this.events.on('session.rekeyed', ({ userId }) => this.resend(socketsIn(namespace, userRoom(userId))));
  }

  /** Records the newest revision sent to the socket. */
  track(socket: AppSocket): void {
    socket.data.revision = 0;
    socket.onAnyOutgoing((_name: string, payload: { revision?: number } | undefined) => {
      if (payload?.revision) socket.data.revision = Math.max(payload.revision, socket.data.revision);
    });
  }

  private async compare(namespace: AppNamespace, { ended, users, rekeyed, complete }: Changes): Promise<void> {
    for (const { sessionId, reason, at } of ended) {
      if (namespace.adapter.rooms.has(sessionRoom(sessionId))) {
        endLocalSockets(namespace, { sessionId, reason, at: at.toISOString() });
      }
    }
    for (const { sessionId, tokenHash } of rekeyed) {
      for (const socket of socketsIn(namespace, sessionRoom(sessionId))) closeIfRekeyed(socket, tokenHash);
    }
    // Too many changes to compare one by one: resend the state to all sockets.
    if (!complete) return this.resend([...namespace.sockets.values()]);
    const previous = this.lastRevisions;
    this.lastRevisions = new Map(users.map(({ userId, revision }) => [userId, revision]));
    const arrived = this.clock.now().getTime() - PUSH_DELAY_MS;
    const behind = users.flatMap(({ userId, revision, at }) => {
      const due = at.getTime() <= arrived ? revision : (previous.get(userId) ?? 0);
      const sockets = socketsIn(namespace, userRoom(userId)).filter(({ data }) => data.revision < due);
      if (sockets.length > 0) this.countGap();
      return sockets;
    });
    await this.resend(behind);
  }

  /** Reads each session once, concurrently, so that the queries are batched. */
  private async resend(sockets: AppSocket[]): Promise<void> {
    const bySession = new Map<string, AppSocket[]>();
    for (const socket of sockets) {
      const { sessionId } = socket.data;
      bySession.set(sessionId, [...(bySession.get(sessionId) ?? []), socket]);
    }
    await Promise.all([...bySession].map(([sessionId, its]) => this.resendSession(sessionId, its)));
  }

  private async resendSession(sessionId: string, sockets: AppSocket[]): Promise<void> {
    const context = await this.sessions.getContext(sessionId);
    if (!context) return;
    const state = toSessionState(context, this.clock.now());
    for (const socket of sockets) {
      if (!closeIfRekeyed(socket, context.session.tokenHash)) socket.emit('session:state', state);
    }
  }
}

/** Without `session:ended`: a client with the new token reconnects on its own, one with the old token cannot. */
function closeIfRekeyed(socket: AppSocket, tokenHash: string): boolean {
  if (socket.data.tokenHash === tokenHash) return false;
  socket.conn.close();
  return true;
}

function socketsIn({ adapter, sockets }: AppNamespace, room: string): AppSocket[] {
  const ids = [...(adapter.rooms.get(room) ?? [])];
  return ids.map((id) => sockets.get(id)).filter((socket) => socket !== undefined);
}
