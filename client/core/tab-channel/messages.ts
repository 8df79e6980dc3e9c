/** Messages between the tabs of one browser: facts of the server, and about the leader. */
import type { ErrorCode } from '../../../src/protocol/errors';
import type { ServerToClientEvents } from '../../../src/protocol/events';
import type { ExpiredReason } from '../event-details';

export interface Heartbeat {
  kind: 'heartbeat';
  /** Whether the leader's page is visible. */
  visible: boolean;
  /** Whether its socket is open. */
  connected: boolean;
  /** It has just been opened: earlier events were received by no tab. */
  opened: boolean;
}

/** An event as the leader's socket has brought it, or a whole state as the leader has read it. */
export type ForwardedEvent = {
  [E in keyof ServerToClientEvents]: { kind: 'event'; name: E; payload: Parameters<ServerToClientEvents[E]>[0] };
}[keyof ServerToClientEvents];

export type MessageBody =
  | Heartbeat
  | ForwardedEvent
  /** Asks for a heartbeat, and tells the session of the asking tab. */
  | { kind: 'probe' }
  /** The session of the leader has ended. */
  | { kind: 'sessionEnded'; reason: ExpiredReason; errorCode: ErrorCode };

export interface TabMessage {
  /** The tab that speaks, and the session that it is in. */
  from: string;
  session: string | undefined;
  body: MessageBody;
}
