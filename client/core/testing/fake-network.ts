/** The network between a browser's tabs and the server, with the latency and the losses that a test wants. */
import type { ErrorCode } from '../../../src/protocol/errors';
import type { SessionEnded } from '../../../src/protocol/events';
import type { ExtendedView, SessionState, SwitchScope } from '../../../src/protocol/http';
import type { Carrier, FakeTab } from './fake-browser';
import { type Answer, type Call, refusal } from './fake-environment';
import { type Fact, type FakeServer, iso } from './fake-server';
import type { VirtualTime } from './virtual-time';
import { WiredSocket } from './wired-socket';

/** Latency of one direction without faults; ms. */
const LATENCY_MS = 20;

export const NO_FAULTS = { loss: 0, doubling: 0, delayMs: LATENCY_MS, lostAnswers: 0 };

/** Notified of everything that passes this network. */
export interface NetworkObserver {
  sent(tab: FakeTab, call: Call): void;
  /** The server has executed a command of this tab, as this user. */
  done(tab: FakeTab, call: Call, userId: number): void;
  /** The tab has received a whole state that it requested at `askedAt`. */
  looked(tab: FakeTab, askedAt: number): void;
  /** Something has changed; `by` is the tab that requested it, or null. */
  changed(server: FakeServer, by: string | null): void;
}

const NOBODY: NetworkObserver = { sent() {}, done() {}, looked() {}, changed() {} };

export class FakeNetwork {
  /** Whether the browser has a network at all. */
  up = true;
  /** HTTP requests fail, while the sockets work. */
  dropsPushes = false;
  /** The browser has left a session that is still valid: a tab in that session is refused once the newer one ends. */
  sessionAbandoned = false;
  /** Refuses new sockets. */
  refusesSockets = false;
  /** For pushes and messages between tabs: the shares that are lost and doubled, and the longest delay in ms. */
  faults = NO_FAULTS;
  /** The session of the browser's cookie. */
  cookie: string;
  /** Sockets that are open on the server's side. */
  readonly sockets = new Set<WiredSocket>();
  requests = 0;
  handshakes = 0;
  private readonly ended = new Set<string>();

  /** @param servers by session: each user's part of the database */
  constructor(
    private readonly time: VirtualTime,
    private readonly servers: ReadonlyMap<string, FakeServer>,
    private readonly random: () => number,
    private readonly observer = NOBODY,
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

  /** Delivers a push or a message between tabs: in order if there are no faults. */
  readonly deliver: Carrier = (deliver) => {
    if (this.faults === NO_FAULTS) return void this.time.after(LATENCY_MS / 2, deliver);
    const { loss, doubling, delayMs } = this.faults;
    const times = this.random() < loss ? 0 : this.random() < doubling ? 2 : 1;
    for (let time = 0; time < times; time++) this.time.after(this.random() * delayMs, deliver);
  };

  afterLatency(task: () => void): void {
    this.time.after(this.random() * LATENCY_MS, task);
  }

  /** Why a session is over; null while it lives. */
  endOf(session: string): ErrorCode | null {
    if (this.ended.has(session)) return 'SESSION_REVOKED';
    return this.time.now < this.serverOf(session).expiresAt ? null : 'SESSION_EXPIRED';
  }

  isLive(session: string): boolean {
    return this.endOf(session) === null;
  }

  /** The state of a session in the database; null if it has ended. */
  stateOf(session: string): SessionState | null {
    return this.isLive(session) ? this.serverOf(session).state(session) : null;
  }

  serverOf(session: string): FakeServer {
    return this.servers.get(session) as FakeServer;
  }

  /** Pushes an event of one user to all sockets of that user. */
  push(server: FakeServer, fact: Fact): void {
    this.dropFact(server, fact);
    for (const socket of this.sockets) {
      if (this.serverOf(socket.session) !== server) continue;
      socket.push(fact.name, inSession(fact, server, socket.session) as never);
    }
  }

  /** Records an event without pushing it to any socket. */
  dropFact(server: FakeServer, fact: Fact): void {
    const by = fact.name === 'platform:switched' ? fact.payload.origin.tab_id : null;
    this.observer.changed(server, by);
  }

  /**
   * Ends a session. Its sockets are closed; with `told`, the user's sockets are notified, unless the message is lost.
   */
  end(session: string, reason: SessionEnded['reason'], told = true): void {
    this.ended.add(session);
    const at = iso(this.time.now);
    for (const socket of this.sockets) {
      const heard = told && this.serverOf(socket.session) === this.serverOf(session);
      if (heard) socket.push('session:ended', { session_id: session, reason, error_code: 'SESSION_REVOKED', at });
      if (socket.session === session) this.time.after(this.faults.delayMs, () => socket.hangUp());
    }
  }

  /** Records user activity; all tabs of the session are notified of the new deadlines. */
  extend(session: string): ExtendedView | null {
    if (!this.isLive(session)) return null;
    const server = this.serverOf(session);
    server.lastActivity = this.time.now;
    const view = server.extended();
    for (const socket of this.sockets) {
      if (socket.session === session) socket.push('session:extended', { session_id: session, ...view });
    }
    return view;
  }

  /** The tab requests a whole state. @returns call it when the tab has received it */
  readStarted(tab: FakeTab): () => void {
    const askedAt = this.time.now;
    return () => this.observer.looked(tab, askedAt);
  }

  markingProgress(task: () => void): () => void {
    return () => {
      this.time.progressed = true;
      task();
    };
  }

  private request(tab: FakeTab, call: Call): Promise<Answer> {
    this.requests += 1;
    this.observer.sent(tab, call);
    const looked = call.method === 'GET' ? this.readStarted(tab) : () => {};
    return new Promise((resolve, reject) => {
      const back = (task: () => void) => this.afterLatency(() => tab.run(this.markingProgress(task)));
      if (!this.up || this.dropsPushes) return back(() => reject(new TypeError('No network')));
      // Lost in either direction: the page waits until its timeout.
      const lost = () => this.random() < this.faults.lostAnswers;
      if (lost()) return;
      this.afterLatency(() => {
        const answer = this.answer(tab, call);
        if (lost()) return;
        back(() => {
          if (answer.status === 200) looked();
          resolve(answer);
        });
      });
    });
  }

  private answer(tab: FakeTab, call: Call): Answer {
    const { method, path, headers } = call;
    const session = this.cookie;
    const server = this.serverOf(session);
    const end = this.endOf(session);
    if (end) return refusal(401, end);
    if (method === 'GET') return { status: 200, body: server.rest(session) };
    if (headers['x-csrftoken'] !== server.token(session)) return refusal(403, 'CSRF_INVALID');
    this.observer.done(tab, call, server.userId);
    if (path === '/api/session/extend') return { status: 200, body: this.extend(session) };
    if (path === '/api/auth/logout') {
      this.end(session, 'logout');
      return { status: 204 };
    }
    return this.switched(server, session, call);
  }

  private switched(server: FakeServer, session: string, { path, headers, body }: Call): Answer {
    const id = Number(path.split('/').at(-1));
    if (!server.find(id)) return refusal(404, 'PLATFORM_NOT_FOUND');
    const { scope = 'all' } = (body ?? {}) as { scope?: SwitchScope };
    this.push(server, server.switchTo(id, scope, session, headers['x-tab-id']));
    return { status: 200, body: { success: true, platform: server.find(id), revision: server.revision } };
  }
}

function inSession(fact: Fact, server: FakeServer, session: string): Fact['payload'] {
  if (fact.name === 'platform:switched') return fact.payload;
  if (fact.name === 'session:state') return server.state(session);
  return { ...fact.payload, current_platform: server.find(server.active[session] ?? null) };
}
