import type { PlatformView, RestSessionState } from '../../../src/protocol/http';
import { FakeServer, iso, platform, SESSION_A, SESSION_B } from '../../core/testing/fake-server';

/** A post that a page has sent, and its platform. */
export interface Sent {
  platformId: number | null;
  content: string;
}

type Frame = (frame: string) => void;

/** The server of one page: its session and its platforms, behind the `fetch` and the `WebSocket` of an iframe. */
export class Site {
  readonly sent: Sent[] = [];
  server: FakeServer;
  live = true;
  private session = SESSION_A;
  private readonly sockets = new Set<Frame>();

  /** @param later runs a task in another turn of the event loop */
  constructor(
    private userId: number,
    private readonly later: (task: () => void) => void,
  ) {
    this.server = this.serverOf(userId);
  }

  /** Replaces the network of this iframe. */
  install(frame: Window & typeof globalThis): void {
    const site = this;
    frame.fetch = (input, init) => this.answer(String(input), init ?? {});
    class SocketOfSite {
      onmessage: (event: { data: string }) => void = () => {};
      onclose: () => void = () => {};
      private readonly receive: Frame = (data) => site.later(() => this.onmessage({ data }));

      constructor() {
        this.receive('0{"pingInterval":25000,"pingTimeout":20000}');
      }

      send(frame: string): void {
        const [, request, name] = /^42(\d*)\["([\w:]+)"/.exec(frame) ?? [];
        if (frame.startsWith('40')) this.connect();
        else if (name === 'session:sync')
          this.receive(`43${request}${JSON.stringify([site.server.state(site.session)])}`);
        else if (request) this.receive(`43${request}${JSON.stringify([site.server.extended()])}`);
      }

      close(): void {
        site.sockets.delete(this.receive);
      }

      private connect(): void {
        if (!site.live) {
          this.receive('44{"message":"refused","data":{"error_code":"SESSION_EXPIRED"}}');
          return;
        }
        site.sockets.add(this.receive);
        this.receive('40{"sid":"1"}');
        this.receive(event('session:state', site.server.state(site.session)));
      }
    }
    Object.assign(frame, { WebSocket: SocketOfSite });
    // Disables leader election: the iframes of a run share one browser, but are not tabs of one user.
    Object.defineProperty(frame.navigator, 'locks', { value: undefined });
  }

  get platforms(): PlatformView[] {
    return this.server.platforms;
  }

  /** A switch made elsewhere. @param told whether the page is notified */
  switchTo(id: number, told: boolean): void {
    const { name, payload } = this.server.switchTo(id, 'all', this.session);
    if (told) this.push(name, payload);
  }

  warn(): void {
    this.push('session:expiring', {
      session_id: this.session,
      reason: 'idle',
      expires_at: this.server.deadlines().expires_at,
      server_time: iso(Date.now()),
    });
  }

  /** @param told whether the page is notified before its next request */
  expire(told: boolean): void {
    this.live = false;
    const end = { session_id: this.session, reason: 'idle', error_code: 'SESSION_EXPIRED', at: iso(Date.now()) };
    if (told) this.push('session:ended', end);
    this.sockets.clear();
  }

  /** Starts a new session, of the same user or of another one with other platforms. */
  signIn(another: boolean): void {
    if (another) this.server = this.serverOf(++this.userId);
    this.session = this.session === SESSION_A ? SESSION_B : SESSION_A;
    this.live = true;
  }

  private serverOf(userId: number): FakeServer {
    const server = new FakeServer(() => Date.now());
    const first = userId * 10;
    server.platforms = [1, 2, 3].map((index) => platform(first + index));
    server.active = { [SESSION_A]: first + 1, [SESSION_B]: first + 1 };
    Object.assign(server, { userId, username: `user ${userId}` });
    return server;
  }

  private push(name: string, payload: unknown): void {
    for (const receive of this.sockets) receive(event(name, payload));
  }

  private answer(address: string, init: RequestInit): Promise<Response> {
    return new Promise((resolve) => {
      this.later(() => {
        const [status, body] = this.route(
          `${init.method ?? 'GET'} ${new URL(address, document.baseURI).pathname}`,
          init,
        );
        this.later(() => resolve(new Response(JSON.stringify(body), { status })));
      });
    });
  }

  private route(request: string, { headers, body }: RequestInit): [status: number, body: unknown] {
    if (!this.live) return refusal(401, 'SESSION_EXPIRED');
    const { server, session } = this;
    const [, id] = /^POST \/api\/switch_platform\/(\d+)$/.exec(request) ?? [];
    if (id) {
      if (!server.find(Number(id))) return refusal(404, 'PLATFORM_NOT_FOUND');
      this.switchTo(Number(id), true);
      return [200, { success: true, platform: server.find(Number(id)), revision: server.revision }];
    }
    const [, named] = /^GET \/api\/platforms\/(\d+)$/.exec(request) ?? [];
    if (named)
      return server.find(Number(named)) ? [200, server.find(Number(named))] : refusal(404, 'PLATFORM_NOT_FOUND');
    if (request === 'GET /api/session') return [200, server.rest(session) satisfies RestSessionState];
    if (request === 'GET /api/user_platforms') return [200, { platforms: server.platforms, revision: server.revision }];
    if (request === 'GET /api/sessions') return [200, { sessions: [] }];
    if (request === 'POST /api/session/extend') return [200, server.extended()];
    if (request !== 'POST /api/posts') return refusal(404, 'NOT_FOUND');
    return this.post(headers as Record<string, string>, JSON.parse(String(body)));
  }

  private post(headers: Record<string, string>, body: { content: string }): [status: number, body: unknown] {
    const named = Number(headers['x-platform-id']) || null;
    const isPinned = headers['x-platform-pinned'] === 'true';
    const active = this.server.active[this.session] ?? null;
    if (named === null) return refusal(428, 'PLATFORM_ID_REQUIRED');
    if (!this.server.find(named)) return refusal(404, 'PLATFORM_NOT_FOUND');
    if (!isPinned && named !== active) {
      return [409, { ...refusal(409, 'PLATFORM_CONTEXT_STALE')[1], state: this.server.state(this.session) }];
    }
    this.sent.push({ platformId: named, content: body.content });
    const post = { id: this.sent.length, platform_id: named, title: null, spoiler_text: null, images: [] };
    return [
      201,
      { ...post, content: body.content, visibility: 'public', status: 'queued', created_at: iso(Date.now()) },
    ];
  }
}

function event(name: string, payload: unknown): string {
  return `42${JSON.stringify([name, payload])}`;
}

function refusal(status: number, error_code: string): [status: number, body: object] {
  return [status, { success: false, error: error_code, error_code }];
}
