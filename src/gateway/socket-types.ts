import type { Server, Socket } from 'socket.io';
import type { ClientToServerEvents, ServerToClientEvents } from '../protocol/events';
import type { DeadlinesView } from '../protocol/http';

/** From node to node. */
interface InterNodeEvents {
  'session:rekeyed': (sessionId: string) => void;
  'session:extended': (sessionId: string, deadlines: DeadlinesView) => void;
}

export interface SocketData {
  sessionId: string;
  userId: number;
  tabId: string | null;
}

export type AppServer = Server<ClientToServerEvents, ServerToClientEvents, InterNodeEvents, SocketData>;
export type AppSocket = Socket<ClientToServerEvents, ServerToClientEvents, InterNodeEvents, SocketData>;

export const userRoom = (userId: number): string => `user:${userId}`;
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
