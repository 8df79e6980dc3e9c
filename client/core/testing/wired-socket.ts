import type { HandshakeAuth, ServerToClientEvents } from '../../../src/protocol/events';
import type { SessionState } from '../../../src/protocol/http';
import type { SocketSignals } from '../environment';
import type { FakeTab } from './fake-browser';
import { FakeSocket } from './fake-environment';
import type { FakeNetwork } from './fake-network';

/** The socket of one tab, with a server at its other end. */
export class WiredSocket extends FakeSocket {
  session = '';
  private halfOpen = false;
  /** Of several connections of this socket, the present one. */
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
    this.network.soon(() => this.handshake(connection));
  }

  override disconnect(): void {
    this.connection += 1;
    this.network.sockets.delete(this);
    super.disconnect();
  }

  push<E extends keyof ServerToClientEvents>(name: E, payload: Parameters<ServerToClientEvents[E]>[0]): void {
    const heard = () => this.connected && this.emit(name, ...([payload] as Parameters<SocketSignals[E]>));
    this.network.carry(this.here(heard));
  }

  /** The connection dies, and this side does not notice. */
  die(): void {
    this.halfOpen = true;
    this.network.sockets.delete(this);
  }

  /** The server closes it, or its network is gone. */
  hangUp(): void {
    if (this.network.sockets.delete(this)) this.network.soon(this.here(() => this.connected && this.lose()));
  }

  override sync(_revision: number | undefined, timeoutMs: number): Promise<SessionState> {
    return new Promise((resolve, reject) => {
      this.tab.setTimeout(
        this.network.stirring(() => reject(new Error('timeout'))),
        timeoutMs,
      );
      if (this.halfOpen || !this.network.up) return;
      this.network.soon(() => {
        const state = this.network.stateOf(this.session);
        if (state) this.network.soon(this.here(this.network.stirring(() => resolve(state))));
      });
    });
  }

  private handshake(connection: number): void {
    const { network } = this;
    if (connection !== this.connection || this.tab.closed) return;
    const session = network.cookie;
    if (!network.up || !network.lives(session)) {
      const data = network.up ? { error_code: 'SESSION_REVOKED' } : undefined;
      network.soon(this.here(() => this.refuse(data)));
      return;
    }
    this.session = session;
    this.halfOpen = false;
    network.sockets.add(this);
    network.soon(this.here(() => this.admitted()));
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

  /** In the tab, as long as this connection lasts. */
  private here(task: () => void): () => void {
    const { connection } = this;
    return () => this.tab.run(() => connection === this.connection && task());
  }
}
