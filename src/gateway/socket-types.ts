import type { Server, Socket } from 'socket.io';
import type { ClientToServerEvents, ServerToClientEvents } from '../protocol/events';
import type { DeadlinesView } from '../protocol/http';
import type { SocketAuth } from '../session/session.decorators';

/** From node to node. */
interface InterNodeEvents {
  'session:rekeyed': (sessionId: string) => void;
  'session:extended': (sessionId: string, deadlines: DeadlinesView) => void;
}

export interface SocketData extends SocketAuth {
  userId: number;
  tabId: string | null;
}

export type AppServer = Server<ClientToServerEvents, ServerToClientEvents, InterNodeEvents, SocketData>;
export type AppSocket = Socket<ClientToServerEvents, ServerToClientEvents, InterNodeEvents, SocketData>;

export const userRoom = (userId: number): string => `user:${userId}`;
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
