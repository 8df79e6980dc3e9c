import type { ErrorBody } from '../../src/protocol/errors';
import type { HandshakeAuth } from '../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../src/protocol/http';
import type { Environment, RefusedHandshake, SocketPort, SocketSignals } from './environment';

/** Longer than a slow mobile handshake, shorter than a person's patience. */
const HANDSHAKE_TIMEOUT_MS = 8_000;

/** A frame: its kind (of Engine.IO, and after a 4 that of Socket.IO), the number of the question, and what it says. */
const FRAME = /^(4?\d)(\d*)(.*)$/s;

/**
 * What a page needs of Socket.IO 4: one namespace, JSON over WebSocket (Socket.IO's protocol 5 in Engine.IO's 4). The
 * library's own client can do much more, and would take a quarter of the 35 KB that a page may load of us.
 * https://socket.io/docs/v4/socket-io-protocol/ and https://socket.io/docs/v4/engine-io-protocol/
 */
export class JsonSocket implements SocketPort {
  connected = false;
  private line: WebSocket | undefined;
  private readonly listeners = new Map<string, (payload: never) => void>();
  /** What the server was asked, by number: to be called with its answer, or with nothing where none will come. */
  private readonly asked = new Map<number, (answer?: unknown) => void>();
  private questions = 0;
  /** The server says something at least so often; ms. */
  private heartbeat = 0;
  private patience: number | undefined;

  /** @param open makes the WebSocket; may throw where a browser refuses it */
  constructor(
    private readonly open: () => WebSocket,
    private readonly timers: Pick<Environment, 'setTimeout' | 'clearTimeout'>,
    private readonly auth: () => HandshakeAuth,
  ) {}

  on<E extends keyof SocketSignals>(event: E, listener: SocketSignals[E]): void {
    this.listeners.set(event, listener);
  }

  connect(): void {
    if (this.patience !== undefined) return;
    this.wait(HANDSHAKE_TIMEOUT_MS);
    try {
      const line = this.open();
      line.onmessage = ({ data }) => line === this.line && this.hear(String(data));
      line.onclose = () => line === this.line && this.lose();
      this.line = line;
    } catch {
      // Told as any other failure: later.
      this.wait(0);
    }
  }

  disconnect(): void {
    if (this.connected) this.send('41');
    this.drop();
  }

  /** Gives the connection up, or the attempt to have one, and tells so. */
  lose(refusal: RefusedHandshake = { message: 'The connection is lost' }): void {
    if (this.patience === undefined) return;
    const { connected } = this;
    this.drop();
    if (connected) this.tell('disconnect', refusal.message);
    else this.tell('connect_error', refusal);
  }

  sync(revision: number | undefined, timeoutMs: number): Promise<SessionState | ErrorBody> {
    return this.ask('session:sync', { revision }, timeoutMs);
  }

  activity(timeoutMs: number): Promise<ExtendedView | ErrorBody> {
    return this.ask('session:activity', {}, timeoutMs);
  }

  private drop(): void {
    this.wait(undefined);
    this.connected = false;
    this.line?.close();
    this.line = undefined;
    for (const settle of [...this.asked.values()]) settle();
  }

  private wait(ms: number | undefined): void {
    if (this.patience !== undefined) this.timers.clearTimeout(this.patience);
    this.patience = ms === undefined ? ms : this.timers.setTimeout(() => this.lose(), ms);
  }

  private hear(frame: string): void {
    const [, kind, question, body] = FRAME.exec(frame) ?? [];
    let said: unknown;
    try {
      said = body && JSON.parse(body);
    } catch {
      this.lose();
      return;
    }
    if (kind === '0') this.greet(said as { pingInterval: number; pingTimeout: number });
    if (kind === '2') this.send('3');
    if (kind === '40') this.admitted();
    if (kind === '42') this.tell(...(said as [string, unknown]));
    if (kind === '43') this.asked.get(Number(question))?.((said as [unknown])[0]);
    if (kind === '44') this.lose(said as RefusedHandshake);
    if (kind === '1' || kind === '41') this.lose();
    if (this.connected) this.wait(this.heartbeat);
  }

  private greet({ pingInterval, pingTimeout }: { pingInterval: number; pingTimeout: number }): void {
    this.heartbeat = pingInterval + pingTimeout;
    this.send(`40${JSON.stringify(this.auth())}`);
  }

  private admitted(): void {
    this.connected = true;
    this.tell('connect');
  }

  private tell(event: string, payload?: unknown): void {
    this.listeners.get(event)?.(payload as never);
  }

  private ask<T>(name: string, payload: object, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const question = this.questions++;
      const settle = (answer?: unknown) => {
        this.timers.clearTimeout(timer);
        this.asked.delete(question);
        if (answer === undefined) reject(new Error(`No answer to ${name}`));
        else resolve(answer as T);
      };
      const timer = this.timers.setTimeout(settle, timeoutMs);
      this.asked.set(question, settle);
      if (this.connected) this.send(`42${question}${JSON.stringify([name, payload])}`);
      else settle();
    });
  }

  private send(frame: string): void {
    this.line?.send(frame);
  }
}
