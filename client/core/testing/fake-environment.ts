/** A browser made of plain objects: time stands still until told, the server is the test. */
import type { ErrorBody } from '../../../src/protocol/errors';
import type { HandshakeAuth } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { DocumentPort, Environment, SocketPort, SocketSignals } from '../environment';

interface Timer {
  id: number;
  at: number;
  task: () => void;
}

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

  sync(revision: number | undefined): Promise<SessionState | ErrorBody> {
    return this.onSync(revision);
  }

  activity(): Promise<ExtendedView | ErrorBody> {
    return this.onActivity();
  }

  emit<E extends keyof SocketSignals>(event: E, ...payload: Parameters<SocketSignals[E]>): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload[0] as never);
  }

  /** The server lets it in. */
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

class FakeDocument extends EventTarget implements DocumentPort {
  visibilityState: DocumentVisibilityState = 'visible';
}

export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

export type Answer = { status: number; body?: unknown };

export class FakeEnvironment implements Environment {
  readonly window = new EventTarget();
  readonly document = new FakeDocument();
  readonly calls: Call[] = [];
  readonly kept = new Map<string, string>();
  socket!: FakeSocket;
  csrf: string | null = null;
  time = Date.parse('2026-01-01T00:00:00.000Z');
  chance = 0.5;
  online = true;
  /** The server over HTTP; throw for a network that is not there. */
  serve: (call: Call) => Answer | Promise<Answer> = () => ({ status: 503 });
  private timers: Timer[] = [];
  private ids = 0;

  readonly csrfMeta = {
    read: () => this.csrf,
    write: (token: string) => {
      this.csrf = token;
    },
  };

  readonly storage = storageOf(this.kept);

  async fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = init.headers as Record<string, string>;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const call = { method: init.method ?? 'GET', path, headers, body };
    this.calls.push(call);
    const answer = await this.serve(call);
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), { status: answer.status });
  }

  now(): number {
    return this.time;
  }

  setTimeout(task: () => void, ms: number): number {
    this.ids += 1;
    this.timers.push({ id: this.ids, at: this.time + Math.max(0, ms), task });
    return this.ids;
  }

  clearTimeout(timer: number): void {
    this.timers = this.timers.filter(({ id }) => id !== timer);
  }

  random(): number {
    return this.chance;
  }

  randomId(): string {
    this.ids += 1;
    return `tab-${this.ids}`;
  }

  isOnline(): boolean {
    return this.online;
  }

  isTrusted(): boolean {
    return true;
  }

  createSocket(auth: () => HandshakeAuth): SocketPort {
    this.socket = new FakeSocket(auth);
    return this.socket;
  }

  get pendingTimers(): number {
    return this.timers.length;
  }

  /** Lets time pass, one timer after the other, with everything that follows from each. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.clearTimeout(next.id);
      this.time = Math.max(this.time, next.at);
      next.task();
      await settle();
    }
    this.time = end;
  }

  /** The computer sleeps: the clock goes on, timers do not. */
  async sleep(ms: number): Promise<void> {
    this.time += ms;
    for (const timer of this.timers) timer.at += ms;
    await settle();
  }
}

function storageOf(kept: Map<string, string>): Pick<Storage, 'length' | 'key' | 'removeItem'> {
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(key),
  };
}

/** Node's: the client's types know only the browser. */
declare const setImmediate: (task: () => void) => void;

/** Lets promises run dry. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** An event of the window with fields that Node's `Event` does not know. */
export function pageEvent(name: string, persisted: boolean): Event {
  return Object.assign(new Event(name), { persisted });
}
