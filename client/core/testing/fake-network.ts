/** The way between a browser's tabs and the server: slow, and as lossy as a test wants it. */
import type { ErrorCode } from '../../../src/protocol/errors';
import type { SessionEnded } from '../../../src/protocol/events';
import type { ExtendedView, SessionState, SwitchScope } from '../../../src/protocol/http';
import type { Carrier, FakeTab } from './fake-browser';
import type { Answer, Call } from './fake-environment';
import { type Fact, type FakeServer, iso } from './fake-server';
import type { VirtualTime } from './virtual-time';
import { WiredSocket } from './wired-socket';

/** One way, without trouble; ms. */
const LATENCY_MS = 20;

export const NO_FAULTS = { loss: 0, doubling: 0, delayMs: LATENCY_MS, lostAnswers: 0 };

/** For who must know of everything that goes over this network. */
export interface NetworkObserver {
  sent(tab: FakeTab, call: Call): void;
  /** A command of this tab was carried out, as one of this user. */
  done(tab: FakeTab, call: Call, userId: number): void;
  /** A whole state is handed to the tab, which asked for it then. */
  looked(tab: FakeTab, askedAt: number): void;
  /** Something has changed; `by` the tab that asked for it, if one did. */
  changed(server: FakeServer, by: string | null): void;
}

const NOBODY: NetworkObserver = { sent() {}, done() {}, looked() {}, changed() {} };

export class FakeNetwork {
  /** Whether the browser has a network at all. */
  up = true;
  /** HTTP finds nobody, while the sockets live. */
  dropsPushes = false;
  /** The browser has left a session that lives: a tab that is still in it is refused when the next one ends. */
  sessionAbandoned = false;
  /** Takes no more sockets. */
  refusesSockets = false;
  /** Of pushes and of messages between tabs: shares that are lost and doubled, and the longest delay in ms. */
  faults = NO_FAULTS;
  /** The session that the browser's cookie stands for. */
  cookie: string;
  /** Open on the server's side. */
  readonly sockets = new Set<WiredSocket>();
  requests = 0;
  handshakes = 0;
  private readonly ended = new Set<string>();

  /** @param servers by session: what each user's part of the database says */
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

  /** A push, or a message between tabs: in order, where there is no trouble. */
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

  /** The state of a session as the database has it; null when it has ended. */
  stateOf(session: string): SessionState | null {
    return this.isLive(session) ? this.serverOf(session).state(session) : null;
  }

  serverOf(session: string): FakeServer {
    return this.servers.get(session) as FakeServer;
  }

  /** A fact of one user, to all the user's sockets. */
  push(server: FakeServer, fact: Fact): void {
    this.dropFact(server, fact);
    for (const socket of this.sockets) {
      if (this.serverOf(socket.session) !== server) continue;
      socket.push(fact.name, inSession(fact, server, socket.session) as never);
    }
  }

  /** A fact that no socket hears of. */
  dropFact(server: FakeServer, fact: Fact): void {
    const by = fact.name === 'platform:switched' ? fact.payload.origin.tab_id : null;
    this.observer.changed(server, by);
  }

  /** Ends a session. Its sockets are told, if the network lets them, and closed. */
  end(session: string, reason: SessionEnded['reason'], told = true): void {
    this.ended.add(session);
    const at = iso(this.time.now);
    for (const socket of this.sockets) {
      const heard = told && this.serverOf(socket.session) === this.serverOf(session);
      if (heard) socket.push('session:ended', { session_id: session, reason, error_code: 'SESSION_REVOKED', at });
      if (socket.session === session) this.time.after(this.faults.delayMs, () => socket.hangUp());
    }
  }

  /** There is a person; all tabs of the session are told of the deadlines. */
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

  /** The tab asks for a whole state. @returns to be called when it has it */
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
      // Lost on the way there or back: then the page waits until it gives up.
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
    const { scope = 'all' } = body as { scope?: SwitchScope };
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
