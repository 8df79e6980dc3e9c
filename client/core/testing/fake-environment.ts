/** A browser of plain objects: time advances only on request, and the test plays the server. */
import type { ErrorBody, ErrorCode } from '../../../src/protocol/errors';
import type { HandshakeAuth } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { ChannelPort, DocumentPort, Environment, LockPort, SocketPort, SocketSignals } from '../environment';
import { VirtualTime } from './virtual-time';

export class FakeSocket implements SocketPort {
  connected = false;
  connecting = false;
  connects = 0;
  onSync: (revision: number | undefined) => Promise<SessionState | ErrorBody> = () => Promise.reject(new Error('mute'));
  onActivity: () => Promise<ExtendedView | ErrorBody> = () => Promise.reject(new Error('mute'));
  private readonly listeners = new Map<string, ((payload: never) => void)[]>();

  constructor(readonly auth: () => HandshakeAuth) {}

  connect(): void {
    this.connecting = true;
    this.connects += 1;
  }

  disconnect(): void {
    const was = this.connected;
    this.connecting = false;
    this.connected = false;
    if (was) this.emit('disconnect', 'io client disconnect');
  }

  on<E extends keyof SocketSignals>(event: E, listener: SocketSignals[E]): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener as (payload: never) => void]);
  }

  sync(revision: number | undefined, _timeoutMs: number): Promise<SessionState | ErrorBody> {
    return this.onSync(revision);
  }

  activity(_timeoutMs: number): Promise<ExtendedView | ErrorBody> {
    return this.onActivity();
  }

  emit<E extends keyof SocketSignals>(event: E, ...payload: Parameters<SocketSignals[E]>): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload[0] as never);
  }

  /** The server accepts the connection. */
  accept(): void {
    this.connecting = false;
    this.connected = true;
    this.emit('connect');
  }

  refuse(data?: unknown): void {
    this.connecting = false;
    this.emit('connect_error', { message: 'refused', data });
  }

  lose(reason = 'transport close'): void {
    this.connected = false;
    this.emit('disconnect', reason);
  }
}

/** Node's `EventTarget` costs more than everything else in a simulation. */
class FakeTarget implements EventTarget {
  private readonly listeners = new Map<string, EventListener[]>();

  addEventListener(name: string, listener: EventListener): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  removeEventListener(name: string, listener: EventListener): void {
    this.listeners.set(
      name,
      (this.listeners.get(name) ?? []).filter((other) => other !== listener),
    );
  }

  dispatchEvent(event: Event): boolean {
    for (const listener of this.listeners.get(event.type) ?? []) listener(event);
    return !event.defaultPrevented;
  }
}

class FakeDocument extends FakeTarget implements DocumentPort {
  visibilityState: DocumentVisibilityState = 'visible';
}

export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

export type Answer = { status: number; body?: unknown };

export function refusal(status: number, error_code: ErrorCode) {
  return { status, body: { success: false, error: error_code, error_code } satisfies ErrorBody };
}

/** One tab; a single one unless it is given locks and a channel. */
export class FakeEnvironment implements Environment {
  readonly window: EventTarget = new FakeTarget();
  readonly document = new FakeDocument();
  readonly calls: Call[] = [];
  readonly kept = new Map<string, string>();
  /** Number of pending requests for the state. */
  reading = 0;
  socket!: FakeSocket;
  csrf: string | null = null;
  chance = 0.5;
  locks: LockPort | null = null;
  /** The server over HTTP; throw to simulate a missing network. */
  serve: (call: Call) => Answer | Promise<Answer> = () => ({ status: 503 });
  makeSocket: (auth: () => HandshakeAuth) => FakeSocket = (auth) => new FakeSocket(auth);
  private ids = 0;

  constructor(protected readonly clock = new VirtualTime()) {}

  readonly csrfMeta = {
    read: () => this.csrf,
    write: (token: string) => {
      this.csrf = token;
    },
  };

  readonly storage = storageOf(this.kept);
  readonly tabKept = new Map<string, string>();
  readonly tabStorage = {
    ...storageOf(this.tabKept),
    getItem: (key: string) => this.tabKept.get(key) ?? null,
  };

  async fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = init.headers as Record<string, string>;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const call = { method: init.method ?? 'GET', path, headers, body };
    this.calls.push(call);
    this.reading += call.method === 'GET' ? 1 : 0;
    try {
      return toResponse(await this.unlessAborted(this.serve(call), init.signal));
    } finally {
      this.reading -= call.method === 'GET' ? 1 : 0;
    }
  }

  private unlessAborted<T>(task: T | Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        this.clock.progressed = true;
        reject(signal.reason);
      });
      Promise.resolve(task).then(resolve, reject);
    });
  }

  now(): number {
    return this.clock.now;
  }

  get time(): number {
    return this.clock.now;
  }

  setTimeout(task: () => void, ms: number): number {
    return this.clock.after(ms, task);
  }

  clearTimeout(timer: number): void {
    this.clock.cancel(timer);
  }

  random(): number {
    return this.chance;
  }

  randomId(): string {
    this.ids += 1;
    return `tab-${this.ids}`;
  }

  isTrusted(): boolean {
    return true;
  }

  createSocket(auth: () => HandshakeAuth): SocketPort {
    this.socket = this.makeSocket(auth);
    return this.socket;
  }

  openChannel(_name: string): ChannelPort | null {
    return null;
  }

  get pendingTimers(): number {
    return this.clock.pending;
  }

  pass(ms: number): Promise<void> {
    return this.clock.pass(ms, settle);
  }

  async sleep(ms: number): Promise<void> {
    this.clock.sleep(ms);
    await settle();
  }

  show(visibilityState: DocumentVisibilityState): void {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event('visibilitychange'));
  }
}

/** The part of a `Response` that the client reads: the real one costs more than everything else in a simulation. */
function toResponse({ status, body }: Answer): Response {
  const text = async () => JSON.stringify(body) ?? '';
  return { status, ok: status >= 200 && status < 300, text } as Response;
}

function storageOf(kept: Map<string, string>): NonNullable<Environment['storage']> {
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** Provided by Node; the client's types contain only browser globals. */
declare const setImmediate: (task: () => void) => void;

/** Resolves when all pending promise callbacks have run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** An event of the window with a property that Node's `Event` does not have. */
export function pageEvent(name: string, persisted: boolean): Event {
  return Object.assign(new Event(name), { persisted });
}
