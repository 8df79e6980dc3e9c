/** The way between a browser's tabs and the server: slow, and as lossy as a test wants it. */
import type { SessionEnded } from '../../../src/protocol/events';
import type { SessionState } from '../../../src/protocol/http';
import type { Carrier, FakeTab } from './fake-browser';
import type { Answer, Call } from './fake-environment';
import { type Fact, type FakeServer, iso } from './fake-server';
import type { VirtualTime } from './virtual-time';
import { WiredSocket } from './wired-socket';

/** One way, without trouble; ms. */
const LATENCY_MS = 20;

export class FakeNetwork {
  /** Whether the browser has a network at all. */
  up = true;
  /** Of pushes and of messages between tabs: shares that are lost and doubled, and the longest delay in ms. */
  trouble = { loss: 0, doubling: 0, delayMs: LATENCY_MS };
  /** The session that the browser's cookie stands for. */
  cookie: string;
  /** Open on the server's side. */
  readonly sockets = new Set<WiredSocket>();
  private readonly ended = new Set<string>();

  /** @param servers by session: what each user's part of the database says */
  constructor(
    private readonly time: VirtualTime,
    private readonly servers: ReadonlyMap<string, FakeServer>,
    private readonly random: () => number,
  ) {
    [this.cookie = ''] = servers.keys();
  }

  wire(tab: FakeTab): void {
    tab.serve = (call) => this.request(tab, call);
    tab.makeSocket = (auth) => new WiredSocket(auth, tab, this);
    tab.onClose = () => {
      for (const socket of this.sockets) if (socket.tab === tab) this.sockets.delete(socket);
    };
  }

  /** A push, or a message between tabs. */
  readonly carry: Carrier = (deliver) => {
    const { loss, doubling, delayMs } = this.trouble;
    const times = this.random() < loss ? 0 : this.random() < doubling ? 2 : 1;
    for (let time = 0; time < times; time++) this.time.after(this.random() * delayMs, deliver);
  };

  soon(task: () => void): void {
    this.time.after(this.random() * LATENCY_MS, task);
  }

  lives(session: string): boolean {
    return !this.ended.has(session);
  }

  /** The state of a session as the database has it; null when it has ended. */
  stateOf(session: string): SessionState | null {
    return this.lives(session) ? this.serverOf(session).state(session) : null;
  }

  serverOf(session: string): FakeServer {
    return this.servers.get(session) as FakeServer;
  }

  /** A fact of one user, to all the user's sockets. */
  push(server: FakeServer, fact: Fact): void {
    for (const socket of this.sockets) {
      if (this.serverOf(socket.session) !== server) continue;
      socket.push(fact.name, inSession(fact, server, socket.session) as never);
    }
  }

  /** Ends a session. Its sockets are told, if the network lets them, and closed. */
  end(session: string, reason: SessionEnded['reason']): void {
    this.ended.add(session);
    const at = iso(this.time.now);
    for (const socket of this.sockets) {
      if (socket.session !== session) continue;
      socket.push('session:ended', { session_id: session, reason, error_code: 'SESSION_REVOKED', at });
      this.time.after(this.trouble.delayMs, () => socket.hangUp());
    }
  }

  private request(tab: FakeTab, call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const back = (task: () => void) => this.soon(() => tab.run(this.stirring(task)));
      if (!this.up) return back(() => reject(new TypeError('No network')));
      // Lost on the way there or back: then the page waits until it gives up.
      const lost = () => this.random() < this.trouble.loss / 4;
      if (lost()) return;
      this.soon(() => {
        const answer = this.answer(call);
        if (!lost()) back(() => resolve(answer));
      });
    });
  }

  stirring(task: () => void): () => void {
    return () => {
      this.time.stirred = true;
      task();
    };
  }

  private answer({ method, path, headers, body }: Call): Answer {
    const session = this.cookie;
    const server = this.serverOf(session);
    if (this.ended.has(session)) return refusal(401, 'SESSION_REVOKED');
    if (method === 'GET') return { status: 200, body: server.rest(session) };
    if (headers['x-csrftoken'] !== server.rest(session).csrf_token) return refusal(403, 'CSRF_INVALID');
    const id = Number(path.split('/').at(-1));
    if (!server.find(id)) return refusal(404, 'PLATFORM_NOT_FOUND');
    const { scope = 'all' } = body as { scope?: 'all' | 'session' };
    this.push(server, server.switchTo(id, scope, session, headers['x-tab-id']));
    return { status: 200, body: { success: true, platform: server.find(id), revision: server.revision } };
  }
}

function inSession(fact: Fact, server: FakeServer, session: string): Fact['payload'] {
  if (fact.name === 'platform:switched') return fact.payload;
  if (fact.name === 'session:state') return server.state(session);
  return { ...fact.payload, current_platform: server.find(server.active[session] ?? null) };
}

function refusal(status: number, error_code: string): Answer {
  return { status, body: { success: false, error: error_code, error_code } };
}
