import type { ErrorBody } from '../../../src/protocol/errors';
import type { HandshakeAuth, ServerToClientEvents } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { SocketSignals } from '../environment';
import type { FakeTab } from './fake-browser';
import { FakeSocket, refusal } from './fake-environment';
import type { FakeNetwork } from './fake-network';

/** The socket of one tab, with a server at its other end. */
export class WiredSocket extends FakeSocket {
  session = '';
  private halfOpen = false;
  /** Number of the current connection of this socket. */
  private connection = 0;

  constructor(
    auth: () => HandshakeAuth,
    readonly tab: FakeTab,
    private readonly network: FakeNetwork,
  ) {
    super(auth);
  }

  override connect(): void {
    super.connect();
    const connection = ++this.connection;
    this.network.afterLatency(() => this.handshake(connection));
  }

  override disconnect(): void {
    this.connection += 1;
    this.network.sockets.delete(this);
    super.disconnect();
  }

  push<E extends keyof ServerToClientEvents>(name: E, payload: Parameters<ServerToClientEvents[E]>[0]): void {
    const heard = () => this.connected && this.emit(name, ...([payload] as Parameters<SocketSignals[E]>));
    this.network.deliver(this.here(heard));
  }

  /** The connection dies, and this side does not notice. */
  die(): void {
    this.halfOpen = true;
    this.network.sockets.delete(this);
  }

  /** The server closes it, or its network is gone. */
  hangUp(): void {
    if (this.network.sockets.delete(this)) this.network.afterLatency(this.here(() => this.connected && this.lose()));
  }

  override sync(_revision: number | undefined, timeoutMs: number): Promise<SessionState | ErrorBody> {
    return this.ask(timeoutMs, () => this.network.stateOf(this.session), this.network.readStarted(this.tab));
  }

  override activity(timeoutMs: number): Promise<ExtendedView | ErrorBody> {
    return this.ask(timeoutMs, () => this.network.extend(this.session));
  }

  /** @param find returns the response; null if the session has ended */
  private ask<T>(timeoutMs: number, find: () => T | null, answered = () => {}): Promise<T | ErrorBody> {
    const { network, tab } = this;
    tab.reading += 1;
    return new Promise((resolve, reject) => {
      const late = network.markingProgress(() => {
        tab.reading -= 1;
        reject(new Error('timeout'));
      });
      const timer = tab.setTimeout(late, timeoutMs);
      if (this.halfOpen || !network.up) return;
      const heard = (answer: T | null) => () => {
        tab.clearTimeout(timer);
        tab.reading -= 1;
        if (answer) answered();
        resolve(answer ?? refusal(401, network.endOf(this.session) ?? 'SESSION_REVOKED').body);
      };
      network.afterLatency(() => {
        const answer = find();
        network.afterLatency(this.here(network.markingProgress(heard(answer))));
      });
    });
  }

  private handshake(connection: number): void {
    const { network } = this;
    if (connection !== this.connection || this.tab.closed) return;
    const session = network.cookie;
    network.handshakes += 1;
    const open = network.up && !network.refusesSockets;
    if (!open || !network.isLive(session)) {
      const data = open ? { error_code: network.endOf(session) } : undefined;
      network.afterLatency(this.here(() => this.refuse(data)));
      return;
    }
    this.session = session;
    this.halfOpen = false;
    network.sockets.add(this);
    network.afterLatency(this.here(() => this.admitted()));
  }

  private admitted(): void {
    const state = this.network.stateOf(this.session);
    if (state && this.network.sockets.has(this)) {
      this.accept();
      this.push('session:state', state);
    } else {
      this.refuse();
    }
  }

  /** Runs a task in the tab, unless the connection has been replaced. */
  private here(task: () => void): () => void {
    const { connection } = this;
    return () => this.tab.run(() => connection === this.connection && task());
  }
}
