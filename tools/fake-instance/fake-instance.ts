/**
 * An instance on a real port that behaves as Mastodon's documentation says, or as Pixelfed or other software where they
 * differ. For the demo, which can publish posts over HTTP, and for tests, which can inject faults.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keep, restore } from './fake-file';
import type { Asked, FakeAnswer } from './fake-http';
import { FakeRoutes } from './fake-routes';
import { type FakeInstanceOptions, type FakeStatus, FakeStore } from './fake-store';

/**
 * A fault of one request: another answer, with the request carried out or not; a connection closed before or after the
 * request is carried out; or an answer delayed until `until` resolves.
 */
export type Fault =
  | { status: number; body?: object; html?: string; headers?: Record<string, string>; isCarriedOut?: boolean }
  | { cut: 'before' | 'after' }
  | { until: Promise<unknown> };

export class FakeInstance {
  readonly store: FakeStore;
  /** All requests so far: `METHOD /path`, headers and fields. */
  readonly requests: { route: string; headers: IncomingMessage['headers']; fields: Asked['fields'] }[] = [];
  private readonly routes: FakeRoutes;
  private readonly faults: { route: string; fault: Fault }[] = [];
  private server: Server | null = null;
  private port = 0;

  private constructor(options: FakeInstanceOptions) {
    this.store = new FakeStore(options);
    if (options.file) restore(this.store, options.file);
    this.routes = new FakeRoutes(this.store, () => this.url);
  }

  /** @throws the error of `listen`, such as EADDRINUSE */
  static async start(options: FakeInstanceOptions): Promise<FakeInstance> {
    const instance = new FakeInstance(options);
    instance.port = options.port ?? 0;
    await instance.listen();
    return instance;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As in ALLOW_PRIVATE_INSTANCES. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Received statuses, oldest first. */
  get statuses(): readonly FakeStatus[] {
    return this.store.statuses;
  }

  /** Injects a fault into the next `times` requests of a route; faults are applied in order. */
  fail(route: string, fault: Fault, times = 1): void {
    for (let index = 0; index < times; index++) this.faults.push({ route, fault });
  }

  /** Removes all pending faults. */
  heal(): void {
    this.faults.length = 0;
  }

  /** Persists the store if a file is configured; happens automatically after each request but GET. */
  keep(): void {
    const { file } = this.store.options;
    if (file) keep(this.store, file);
  }

  /** Number of requests to a route. */
  count(route: string): number {
    return this.requests.filter((each) => each.route === route).length;
  }

  /** Starts, or restarts on the same port. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.handle(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    server.unref();
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = await read(request, this.url);
      const route = `${asked.method} ${asked.path}`;
      this.requests.push({ route, headers: request.headers, fields: asked.fields });
      const fault = this.takeFault(route);
      if (fault && 'cut' in fault && fault.cut === 'before') return void request.socket.destroy();
      if (fault && 'status' in fault) {
        const { status, body = { error: 'made to fail' }, html, headers } = fault;
        if (fault.isCarriedOut) this.routes.answer(asked);
        return send(response, { status, json: body, html, headers });
      }
      const answer = this.routes.answer(asked);
      if (asked.method !== 'GET') this.keep();
      if (fault && 'cut' in fault) return void request.socket.destroy();
      if (fault) await fault.until;
      send(response, answer);
    } catch (error) {
      send(response, { status: 400, json: { error: (error as Error).message } });
    }
  }

  private takeFault(route: string): Fault | undefined {
    const index = this.faults.findIndex((each) => each.route === route);
    return index < 0 ? undefined : this.faults.splice(index, 1)[0]?.fault;
  }
}

function send(response: ServerResponse, { status, json, html, bytes, headers }: FakeAnswer): void {
  if (response.destroyed) return;
  const type = html !== undefined ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(bytes ?? html ?? (json === undefined ? '' : JSON.stringify(json)));
}

async function read(request: IncomingMessage, base: string): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', base);
  const type = request.headers['content-type'] ?? '';
  const asked: Asked = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    fields: {},
    file: null,
  };
  if (type.startsWith('application/json')) asked.fields = JSON.parse(body.toString() || '{}');
  else if (type.startsWith('application/x-www-form-urlencoded')) {
    asked.fields = Object.fromEntries(new URLSearchParams(body.toString()));
  } else if (type.startsWith('multipart/form-data')) {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') asked.fields[name] = value;
      else asked.file = { bytes: Buffer.from(await value.arrayBuffer()), mimeType: value.type };
    }
  }
  return asked;
}
