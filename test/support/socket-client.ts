/** A browser tab's socket, which records all received events in order. */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { ErrorBody } from '../../src/protocol/errors';
import type { ClientToServerEvents, ServerToClientEvents } from '../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../src/protocol/http';

export type EventName = keyof ServerToClientEvents;
export type Payload<K extends EventName> = Parameters<ServerToClientEvents[K]>[0];
/** `at`: milliseconds of performance.now(), for latencies within one process. */
export type TabEvent = { [K in EventName]: { name: K; payload: Payload<K>; at: number } }[EventName];

export interface TabOptions {
  /** The Origin header. Default: the page's own origin; null: none, like a script. */
  origin?: string | null;
  tabId?: string;
  /** The newest revision that the tab knows. */
  revision?: number;
  /** Reconnect after a lost connection, like the browser's client. */
  reconnection?: boolean;
  /** Replaces the handshake's `auth`, for forged ones. */
  auth?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A rejected handshake (`err.data`) or message (the error body of its acknowledgement). */
export class TabError extends Error {
  constructor(
    message: string,
    readonly data: ErrorBody | undefined,
  ) {
    super(data ? `${message}: ${data.error_code}` : message);
  }
}

const WAIT_MS = 10_000;
const open = new Set<Tab>();

export class Tab {
  readonly events: TabEvent[] = [];
  /** The reason of the first disconnection. */
  readonly closed: Promise<string>;
  private readonly watchers = new Set<() => void>();

  constructor(
    readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>,
    readonly tabId: string,
  ) {
    socket.onAny((name: EventName, payload: unknown) => {
      this.events.push({ name, payload, at: performance.now() } as TabEvent);
      for (const watcher of this.watchers) watcher();
    });
    this.closed = new Promise((resolve) => socket.once('disconnect', resolve));
    open.add(this);
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  /** The payloads of one event so far, oldest first. */
  of<K extends EventName>(name: K): Payload<K>[] {
    return this.events.filter((event) => event.name === name).map((event) => event.payload as Payload<K>);
  }

  /** The first matching event, already received or still to come. */
  waitFor<K extends EventName>(
    name: K,
    predicate: (payload: Payload<K>) => boolean = () => true,
    timeoutMs = WAIT_MS,
  ): Promise<Payload<K>> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.of(name).find(predicate);
        if (found === undefined) return false;
        clearTimeout(timer);
        this.watchers.delete(check);
        resolve(found);
        return true;
      };
      const timer = setTimeout(() => {
        this.watchers.delete(check);
        const seen = this.events.map((event) => `${event.name} ${JSON.stringify(event.payload)}`).join('\n');
        reject(new Error(`No such ${name} within ${timeoutMs} ms. The tab has seen:\n${seen || 'nothing'}`));
      }, timeoutMs);
      if (!check()) this.watchers.add(check);
    });
  }

  /** session:sync. @throws TabError with the answer's error body */
  async sync(revision?: number): Promise<SessionState> {
    const payload = revision === undefined ? {} : { revision };
    return accepted('session:sync', await this.socket.timeout(WAIT_MS).emitWithAck('session:sync', payload));
  }

  /** session:activity. @throws TabError with the answer's error body */
  async activity(): Promise<ExtendedView> {
    return accepted('session:activity', await this.socket.timeout(WAIT_MS).emitWithAck('session:activity', {}));
  }

  close(): void {
    open.delete(this);
    this.socket.disconnect();
  }
}

function accepted<T extends object>(message: string, answer: T | ErrorBody): T {
  if ('error_code' in answer) throw new TabError(`${message} was refused`, answer);
  return answer;
}

/** The session and user agent of the tab: a browser's session accepts only the same browser. */
interface TabClient {
  url: string;
  cookie: string;
  userAgent?: string;
}

/**
 * Opens a tab of the client's session and waits until it is connected.
 * @throws TabError with the server's `err.data` when the handshake is rejected
 */
export async function openTab(client: TabClient, options: TabOptions = {}): Promise<Tab> {
  const { origin = new URL(client.url).origin, tabId = randomUUID(), revision } = options;
  const extraHeaders: Record<string, string> = {};
  if (client.cookie) extraHeaders.Cookie = client.cookie;
  if (client.userAgent) extraHeaders['User-Agent'] = client.userAgent;
  if (origin !== null) extraHeaders.Origin = origin;
  const socket: Tab['socket'] = io(client.url, {
    autoConnect: false,
    auth: options.auth ?? { tab_id: tabId, ...(revision === undefined ? {} : { revision }) },
    extraHeaders: { ...extraHeaders, ...options.headers },
    forceNew: true,
    reconnection: options.reconnection ?? false,
    reconnectionDelay: 200,
    reconnectionDelayMax: 1000,
    transports: ['websocket'],
  });
  const tab = new Tab(socket, tabId);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { data?: ErrorBody }) => {
      tab.close();
      reject(new TabError(error.message, error.data));
    });
    socket.connect();
  });
  return tab;
}

/** Closes every tab that is still open. */
export function closeTabs(): void {
  for (const tab of open) tab.close();
}
