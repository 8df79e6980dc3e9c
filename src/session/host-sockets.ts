import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../common/domain-events';
import { ChangeFeed } from './cache/change-feed';
import type { SocketAuth } from './request-session';
import type { SessionContext } from './session-context';

export interface HostSocket {
  data: SocketAuth;
  conn: { close(): void };
  disconnected: boolean;
  disconnect(): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

export interface HostSocketsListener {
  onAdded(session: SessionContext['session']): void;
  /** The session's last one has disconnected. */
  onNoneLeft(sessionId: string): void;
}

/**
 * The sockets of a host's namespaces on this node, from the message that authenticated them until they disconnect. They
 * are disconnected when their session ends. No other socket of their connection is: it may need no session.
 */
@Injectable()
export class HostSockets {
  private readonly bySession = new Map<string, Set<HostSocket>>();
  listener: HostSocketsListener | undefined;

  constructor(events: DomainEvents, feed: ChangeFeed) {
    events.on('session.ended', ({ sessionId }) => this.disconnect(sessionId));
    events.on('session.rekeyed', ({ sessionId, tokenHash }) => this.closeRekeyed(sessionId, tokenHash));
    feed.onChanges(({ ended, rekeyed }) => {
      for (const { sessionId } of ended) this.disconnect(sessionId);
      for (const { sessionId, tokenHash } of rekeyed) this.closeRekeyed(sessionId, tokenHash);
    });
  }

  add(socket: HostSocket, session: SessionContext['session']): void {
    const sockets = this.bySession.get(session.id) ?? new Set();
    // It may have disconnected while it was authenticated; concurrent first messages add it twice.
    if (socket.disconnected || sockets.has(socket)) return;
    this.bySession.set(session.id, sockets.add(socket));
    socket.once('disconnect', () => this.remove(socket, session.id));
    this.listener?.onAdded(session);
  }

  has(sessionId: string): boolean {
    return this.bySession.has(sessionId);
  }

  disconnect(sessionId: string): void {
    for (const socket of this.of(sessionId)) socket.disconnect();
  }

  /** As with our own sockets: a client with the new cookie reconnects on its own. */
  private closeRekeyed(sessionId: string, tokenHash: string): void {
    for (const { data, conn } of this.of(sessionId)) if (data.tokenHash !== tokenHash) conn.close();
  }

  /** A copy: sockets are removed while they are disconnected. */
  private of(sessionId: string): HostSocket[] {
    return [...(this.bySession.get(sessionId) ?? [])];
  }

  private remove(socket: HostSocket, sessionId: string): void {
    const sockets = this.bySession.get(sessionId);
    sockets?.delete(socket);
    if (sockets?.size !== 0) return;
    this.bySession.delete(sessionId);
    this.listener?.onNoneLeft(sessionId);
  }
}
