import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { DomainEvents } from '../common/domain-events';
import { Metrics } from '../common/metrics';
import { ChangeFeed } from '../session/cache/change-feed';
import type { Changes } from '../session/session.repository';
import { SessionService } from '../session/session.service';
import { toSessionState } from '../session/session.views';
import { endSockets } from './broadcaster';
import { type AppServer, type AppSocket, sessionRoom, userRoom } from './socket-types';

/** A message may still be on its way for this long after the commit; ms. */
const ON_ITS_WAY = 500;

/**
 * Mends what a lost message has left undone: compares what the database says has changed with what this node's sockets
 * were told, sends the state again where they differ, and closes the sockets of sessions that have ended.
 */
@Injectable()
export class Reconciler {
  /** The newest revision that the sockets of a user on this node were told. */
  private readonly told = new Map<number, number>();
  /** The newest that the last look has shown of a user whose sockets are here. */
  private readonly seen = new Map<number, number>();
  private io: AppServer | null = null;
  private readonly countGap: () => void;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly sessions: SessionService,
    private readonly clock: Clock,
    private readonly events: DomainEvents,
    metrics: Metrics,
  ) {
    const help = "Times that a person's tabs had missed a message and were told the state";
    this.countGap = metrics.counter('vedfolnir_reconciled_gaps_total', help);
  }

  start(io: AppServer): void {
    this.io = io;
    this.feed.onChanges((changes) => this.compare(io, changes));
    this.events.on('platform.switched', ({ userId, revision }) => this.note(userId, revision));
    this.events.on('platforms.changed', ({ userId, revision }) => this.note(userId, revision));
    this.events.on('session.rekeyed', async ({ userId, revision }) => {
      this.countGap();
      await this.resend(io, socketsIn(io, userRoom(userId)));
      this.note(userId, revision);
    });
  }

  /** The user's sockets here have been told this revision. */
  note(userId: number, revision: number): void {
    if (!this.io?.of('/').adapter.rooms.has(userRoom(userId))) return;
    this.told.set(userId, Math.max(revision, this.told.get(userId) ?? 0));
  }

  /** A new socket was told this revision. That says nothing of the user's others here, who may have missed it. */
  meet(userId: number, revision: number): void {
    if (!this.told.has(userId)) this.note(userId, revision);
  }

  /** The last socket of the user here is gone. */
  forget(userId: number): void {
    if (this.io?.of('/').adapter.rooms.has(userRoom(userId))) return;
    this.told.delete(userId);
    this.seen.delete(userId);
  }

  private async compare(io: AppServer, { ended, users, rekeyed, whole }: Changes): Promise<void> {
    const { rooms, sids } = io.of('/').adapter;
    for (const { sessionId, reason, at } of ended) {
      if (!rooms.has(sessionRoom(sessionId))) continue;
      endSockets(io, { sessionId, reason, at: at.toISOString() });
    }
    for (const { sessionId, tokenHash } of rekeyed) {
      for (const socket of socketsIn(io, sessionRoom(sessionId))) closeIfRekeyed(socket, tokenHash);
    }
    const settled = this.clock.now().getTime() - ON_ITS_WAY;
    for (const { userId, revision, at } of users) {
      const told = this.told.get(userId);
      if (told === undefined || told >= revision) continue;
      // What an earlier look has shown is on its way no more, however often the user has changed something since.
      const overdue = told < (this.seen.get(userId) ?? 0);
      this.seen.set(userId, revision);
      if (!overdue && at.getTime() > settled) continue;
      await this.resend(io, socketsIn(io, userRoom(userId)));
      this.note(userId, revision);
    }
    // More has changed than can be told one by one: all are told how things stand.
    if (!whole) await this.resend(io, [...sids.keys()].map((id) => io.of('/').sockets.get(id)).filter(isSocket));
  }

  private async resend(io: AppServer, sockets: AppSocket[]): Promise<void> {
    for (const sessionId of new Set(sockets.map((socket) => socket.data.sessionId))) {
      const context = await this.sessions.getContext(sessionId);
      if (!context) continue;
      const state = toSessionState(context, this.clock.now());
      for (const socket of socketsIn(io, sessionRoom(sessionId))) {
        if (!closeIfRekeyed(socket, context.session.tokenHash)) socket.emit('session:state', state);
      }
    }
  }
}

/** Without a farewell: who holds the new secret comes back by itself, and who holds the old one cannot. */
function closeIfRekeyed(socket: AppSocket, tokenHash: string): boolean {
  if (socket.data.tokenHash === tokenHash) return false;
  socket.conn.close();
  return true;
}

function socketsIn(io: AppServer, room: string): AppSocket[] {
  const { rooms } = io.of('/').adapter;
  return [...(rooms.get(room) ?? [])].map((id) => io.of('/').sockets.get(id)).filter(isSocket);
}

function isSocket(socket: AppSocket | undefined): socket is AppSocket {
  return socket !== undefined;
}
