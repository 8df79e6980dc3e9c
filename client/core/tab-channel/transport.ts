import type { ErrorBody, ErrorCode } from '../../../src/protocol/errors';
import type { HandshakeAuth, ServerToClientEvents } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { Environment, SocketPort, SocketSignals } from '../environment';
import { errorCodeOf, isSessionOver } from '../errors';

export interface TransportHooks {
  auth(): HandshakeAuth;
  /** What was said before was missed. @param again it had been there, and was lost */
  connected(again: boolean): void;
  disconnected(): void;
  /** The handshake was refused because the session is over, or because its cookie is just being replaced. */
  refused(code: ErrorCode): void;
  events: ServerToClientEvents;
}

const MIN_RECONNECT_DELAY_MS = 500;
/** Below the 10 s within which every tab must be right after a node's death. */
const MAX_RECONNECT_DELAY_MS = 6_000;
/** A connection that lived this long was a good one: the next failure starts from the shortest delay. */
const STABLE_CONNECTION_MS = 5_000;
/** Longer than this, and the socket is taken for dead, whatever it says of itself. */
const ANSWER_TIMEOUT_MS = 2_500;

/** One socket, kept open for as long as the session lives. */
export class Transport {
  private readonly socket: SocketPort;
  private wanted = false;
  private attempts = 0;
  private reconnecting = false;
  private connectedAt = 0;
  private reconnectTimer: number | undefined;

  constructor(
    private readonly env: Environment,
    private readonly hooks: TransportHooks,
  ) {
    this.socket = env.createSocket(() => hooks.auth());
    this.listen();
  }

  get connected(): boolean {
    return this.wanted && this.socket.connected;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.socket.connect();
  }

  stop(): void {
    this.wanted = false;
    this.reconnecting = false;
    this.clearReconnectTimer();
    this.socket.disconnect();
  }

  /** Drops a connection that may be dead without knowing it, and makes a new one at once. */
  restart(): void {
    if (!this.wanted) return;
    this.stop();
    this.attempts = 0;
    this.start();
  }

  sync(revision: number | undefined): Promise<SessionState | ErrorBody> {
    return this.socket.sync(revision, ANSWER_TIMEOUT_MS);
  }

  activity(): Promise<ExtendedView | ErrorBody> {
    return this.socket.activity(ANSWER_TIMEOUT_MS);
  }

  private listen(): void {
    const { socket, hooks } = this;
    socket.on('connect', () => {
      this.connectedAt = this.env.now();
      hooks.connected(this.reconnecting);
    });
    // Also "io server disconnect": a node that shuts down says it too. Only an ended session stays away.
    socket.on('disconnect', () => {
      if (!this.wanted) return;
      this.reconnecting = true;
      if (this.env.now() - this.connectedAt >= STABLE_CONNECTION_MS) this.attempts = 0;
      hooks.disconnected();
      this.scheduleReconnect();
    });
    socket.on('connect_error', (error) => {
      if (!this.wanted) return;
      const code = errorCodeOf(error.data);
      this.scheduleReconnect();
      if (isSessionOver(code)) hooks.refused(code);
    });
    for (const name of Object.keys(hooks.events) as (keyof ServerToClientEvents)[]) this.forward(name);
  }

  /** Events of a socket that was given up are ignored. */
  private forward<E extends keyof ServerToClientEvents>(name: E): void {
    const hear = this.hooks.events[name] as (payload: unknown) => void;
    this.socket.on(name, ((payload: unknown) => this.wanted && hear(payload)) as SocketSignals[E]);
  }

  /** Full jitter: when a node dies, its tabs must not return in step. */
  private scheduleReconnect(): void {
    const longest = Math.min(MAX_RECONNECT_DELAY_MS, MIN_RECONNECT_DELAY_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.clearReconnectTimer();
    this.reconnectTimer = this.env.setTimeout(() => this.socket.connect(), this.env.random() * longest);
  }

  private clearReconnectTimer(): void {
    if (this.reconnectTimer !== undefined) this.env.clearTimeout(this.reconnectTimer);
    this.reconnectTimer = undefined;
  }
}
