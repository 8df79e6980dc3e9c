import type { ErrorBody } from '../../src/protocol/errors';
import type { HandshakeAuth } from '../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../src/protocol/http';
import type { Environment, RefusedHandshake, SocketPort, SocketSignals } from './environment';

/** Longer than a slow mobile handshake, and longer than a proxy waits (10 s) before it replaces a node that hangs. */
const HANDSHAKE_TIMEOUT_MS = 12_000;

/** A frame: its type (of Engine.IO, and after a 4 that of Socket.IO), the request id, and the payload. */
const FRAME = /^(4?\d)(\d*)(.*)$/s;

/**
 * The part of Socket.IO 4 that a page needs: one namespace, JSON over WebSocket (Socket.IO protocol 5 in Engine.IO
 * protocol 4). The official client is 13.2 KB gzip, this one 0.9: with the official one, a page with all elements
 * would exceed its budget of 48 KB.
 * @see https://socket.io/docs/v4/socket-io-protocol/
 * @see https://socket.io/docs/v4/engine-io-protocol/
 */
export class JsonSocket implements SocketPort {
  connected = false;
  private webSocket: WebSocket | undefined;
  private readonly listeners = new Map<string, (payload: never) => void>();
  /** By request id: called with the server's response, or without one when none will come. */
  private readonly pendingRequests = new Map<number, (answer?: unknown) => void>();
  private nextRequestId = 0;
  /** Without a frame for this long, the connection is considered dead; ms. */
  private heartbeatTimeoutMs = 0;
  private timeoutTimer: number | undefined;

  /** @param open creates the WebSocket; may throw if the browser refuses it */
  constructor(
    private readonly open: () => WebSocket,
    private readonly timers: Pick<Environment, 'setTimeout' | 'clearTimeout'>,
    private readonly auth: () => HandshakeAuth,
  ) {}

  on<E extends keyof SocketSignals>(event: E, listener: SocketSignals[E]): void {
    this.listeners.set(event, listener);
  }

  connect(): void {
    if (this.timeoutTimer !== undefined) return;
    this.restartTimeout(HANDSHAKE_TIMEOUT_MS);
    try {
      const webSocket = this.open();
      webSocket.onmessage = ({ data }) => webSocket === this.webSocket && this.receive(String(data));
      webSocket.onclose = () => webSocket === this.webSocket && this.fail();
      this.webSocket = webSocket;
    } catch {
      // Reported asynchronously like any other failure, after this method has returned.
      this.restartTimeout(0);
    }
  }

  disconnect(): void {
    if (this.connected) this.send('41');
    this.close();
  }

  /** Gives up the connection or the attempt, and reports it. */
  fail(refusal: RefusedHandshake = { message: 'The connection is lost' }): void {
    if (this.timeoutTimer === undefined) return;
    const { connected } = this;
    this.close();
    if (connected) this.emit('disconnect', refusal.message);
    else this.emit('connect_error', refusal);
  }

  sync(revision: number | undefined, timeoutMs: number): Promise<SessionState | ErrorBody> {
    return this.request('session:sync', { revision }, timeoutMs);
  }

  activity(timeoutMs: number): Promise<ExtendedView | ErrorBody> {
    return this.request('session:activity', {}, timeoutMs);
  }

  private close(): void {
    this.restartTimeout(undefined);
    this.connected = false;
    this.webSocket?.close();
    this.webSocket = undefined;
    for (const settle of [...this.pendingRequests.values()]) settle();
  }

  private restartTimeout(ms: number | undefined): void {
    if (this.timeoutTimer !== undefined) this.timers.clearTimeout(this.timeoutTimer);
    this.timeoutTimer = ms === undefined ? ms : this.timers.setTimeout(() => this.fail(), ms);
  }

  private receive(frame: string): void {
    const [, kind, question, body] = FRAME.exec(frame) ?? [];
    let said: unknown;
    try {
      said = body && JSON.parse(body);
    } catch {
      this.fail();
      return;
    }
    if (kind === '0') this.openNamespace(said as { pingInterval: number; pingTimeout: number });
    if (kind === '2') this.send('3');
    if (kind === '40') this.connectedToNamespace();
    if (kind === '42') this.emit(...(said as [string, unknown]));
    if (kind === '43') this.pendingRequests.get(Number(question))?.((said as [unknown])[0]);
    if (kind === '44') this.fail(said as RefusedHandshake);
    if (kind === '1' || kind === '41') this.fail();
    if (this.connected) this.restartTimeout(this.heartbeatTimeoutMs);
  }

  private openNamespace({ pingInterval, pingTimeout }: { pingInterval: number; pingTimeout: number }): void {
    this.heartbeatTimeoutMs = pingInterval + pingTimeout;
    this.send(`40${JSON.stringify(this.auth())}`);
  }

  private connectedToNamespace(): void {
    this.connected = true;
    this.emit('connect');
  }

  private emit(event: string, payload?: unknown): void {
    this.listeners.get(event)?.(payload as never);
  }

  private request<T>(name: string, payload: object, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const question = this.nextRequestId++;
      const settle = (answer?: unknown) => {
        this.timers.clearTimeout(timer);
        this.pendingRequests.delete(question);
        if (answer === undefined) reject(new Error(`No answer to ${name}`));
        else resolve(answer as T);
      };
      const timer = this.timers.setTimeout(settle, timeoutMs);
      this.pendingRequests.set(question, settle);
      if (this.connected) this.send(`42${question}${JSON.stringify([name, payload])}`);
      else settle();
    });
  }

  private send(frame: string): void {
    this.webSocket?.send(frame);
  }
}
