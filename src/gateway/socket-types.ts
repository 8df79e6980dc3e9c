import type { Namespace, Server, Socket } from 'socket.io';
import type { DomainEvent } from '../common/domain-events';
import type { ClientToServerEvents, ServerToClientEvents } from '../protocol/events';
import type { SocketAuth } from '../session/request-session';

export interface SocketData extends SocketAuth {
  userId: number;
  tabId: string | null;
  /** The newest revision sent to this socket. */
  revision: number;
}

/** Messages between nodes. */
export interface ServerSideEvents {
  event: (event: DomainEvent) => void;
  /** Answers with those of the sessions that have a socket on that node. */
  online: (sessionIds: string[], answer: (online: string[]) => void) => void;
}

export type AppServer = Server<ClientToServerEvents, ServerToClientEvents, ServerSideEvents, SocketData>;
export type AppNamespace = Namespace<ClientToServerEvents, ServerToClientEvents, ServerSideEvents, SocketData>;
export type AppSocket = Socket<ClientToServerEvents, ServerToClientEvents, ServerSideEvents, SocketData>;

export const userRoom = (userId: number): string => `user:${userId}`;
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
