/** Messages between the tabs of one browser: events of the server, and messages about the leader. */
import type { ErrorCode } from '../../../src/protocol/errors';
import type { ServerToClientEvents } from '../../../src/protocol/events';
import type { ExpiredReason } from '../event-details';

export interface Heartbeat {
  kind: 'heartbeat';
  /** Whether the leader's page is visible. */
  visible: boolean;
  /** Whether its socket is open. */
  connected: boolean;
  /** The socket has just been opened: no tab received earlier events. */
  opened: boolean;
}

/** An event from the leader's socket, or a whole state that the leader has read. */
export type ForwardedEvent = {
  [E in keyof ServerToClientEvents]: { kind: 'event'; name: E; payload: Parameters<ServerToClientEvents[E]>[0] };
}[keyof ServerToClientEvents];

export type MessageBody =
  | Heartbeat
  | ForwardedEvent
  /** Asks for a heartbeat, and announces the session of the asking tab. */
  | { kind: 'probe' }
  /** The session of the leader has ended. */
  | { kind: 'sessionEnded'; reason: ExpiredReason; errorCode: ErrorCode };

export interface TabMessage {
  /** The sending tab and its session. */
  from: string;
  session: string | undefined;
  body: MessageBody;
}
