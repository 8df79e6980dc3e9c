/**
 * An instance that behaves as Mastodon's documentation says (or as Pixelfed does where it differs), on a real port:
 * for the demo, so that a newcomer posts for real, and for the tests, which can make it fail in every way.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keep, restore } from './fake-file';
import type { Asked, FakeAnswer } from './fake-http';
import { FakeRoutes } from './fake-routes';
import { type FakeInstanceOptions, type FakeStatus, FakeStore } from './fake-store';

/**
 * What goes wrong, once: an answer in place of the real one, to a request that was carried out all the same or not; the
 * line cut before or after that; or the answer held back until `until` resolves.
 */
export type Fault =
  | { status: number; body?: object; html?: string; headers?: Record<string, string>; isCarriedOut?: boolean }
  | { cut: 'before' | 'after' }
  | { until: Promise<unknown> };

export class FakeInstance {
  readonly store: FakeStore;
  /** `METHOD /path` of all requests so far, with their headers and fields. */
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

  /** @throws what listening throws, such as EADDRINUSE */
  static async start(options: FakeInstanceOptions): Promise<FakeInstance> {
    const instance = new FakeInstance(options);
    instance.port = options.port ?? 0;
    await instance.listen();
    return instance;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As ALLOW_PRIVATE_INSTANCES wants it. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** What it has received, oldest first. */
  get statuses(): readonly FakeStatus[] {
    return this.store.statuses;
  }

  /** The next request of this route fails so; several are used up in order. */
  fail(route: string, fault: Fault, times = 1): void {
    for (let index = 0; index < times; index++) this.faults.push({ route, fault });
  }

  /** From here on all goes well. */
  heal(): void {
    this.faults.length = 0;
  }

  /** Writes down what it has, where it has a file for that; it does so itself after each change that it is asked for. */
  keep(): void {
    const { file } = this.store.options;
    if (file) keep(this.store, file);
  }

  /** How often a route was asked. */
  count(route: string): number {
    return this.requests.filter((each) => each.route === route).length;
  }

  /** Up (again), on the port that it had. */
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
