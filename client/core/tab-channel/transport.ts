import type { ErrorBody, ErrorCode } from '../../../src/protocol/errors';
import type { HandshakeAuth, ServerToClientEvents } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { Environment, SocketPort, SocketSignals } from '../environment';
import { errorCodeOf, isSessionOver } from '../errors';

export interface TransportHooks {
  auth(): HandshakeAuth;
  /** Earlier events were missed. @param again it was connected before */
  connected(again: boolean): void;
  disconnected(): void;
  /** The handshake was refused because the session is over, or because its cookie is being replaced. */
  refused(code: ErrorCode): void;
  events: ServerToClientEvents;
}

const MIN_RECONNECT_DELAY_MS = 500;
/** Below the 10 s within which every tab must be up to date after a node has failed. */
const MAX_RECONNECT_DELAY_MS = 6_000;
/** After a connection that lasted this long, the backoff starts from the shortest delay again. */
const STABLE_CONNECTION_MS = 5_000;
/** After this the socket is considered dead, even if it claims to be connected. */
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

  /** Drops a connection that may be dead without reporting it, and opens a new one at once. */
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
    // Reconnects after "io server disconnect", too: a node that shuts down sends it. Only the end of the session stops
    // it.
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

  /** Ignores events of a socket that was given up. */
  private forward<E extends keyof ServerToClientEvents>(name: E): void {
    const hear = this.hooks.events[name] as (payload: unknown) => void;
    this.socket.on(name, ((payload: unknown) => this.wanted && hear(payload)) as SocketSignals[E]);
  }

  /** Full jitter: the tabs of a failed node must not reconnect all at once. */
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
