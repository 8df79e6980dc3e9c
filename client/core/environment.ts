/** Everything that the core uses of a browser, in one object, so that tests can replace it. */
import type { ErrorBody } from '../../src/protocol/errors';
import type { HandshakeAuth, ServerToClientEvents } from '../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../src/protocol/http';

/** The argument of `connect_error` after a refused handshake. */
export interface RefusedHandshake {
  message: string;
  data?: unknown;
}

/** Every event of a socket: those of the server, and three of its own. */
export interface SocketSignals extends ServerToClientEvents {
  connect: () => void;
  disconnect: (reason: string) => void;
  connect_error: (error: RefusedHandshake) => void;
}

/** A socket that never reconnects by itself: the transport decides when. */
export interface SocketPort {
  readonly connected: boolean;
  connect(): void;
  disconnect(): void;
  on<E extends keyof SocketSignals>(event: E, listener: SocketSignals[E]): void;
  /** Rejects without a response within `timeoutMs`. */
  sync(revision: number | undefined, timeoutMs: number): Promise<SessionState | ErrorBody>;
  activity(timeoutMs: number): Promise<ExtendedView | ErrorBody>;
}

/** The part of `navigator.locks` that is needed. */
export interface LockPort {
  /**
   * Runs `held` once the lock is granted; the lock is kept until the promise of `held` settles. Rejects when the wait
   * is aborted, another tab steals the lock, or the browser refuses locks.
   */
  request(name: string, how: { signal: AbortSignal } | { steal: true }, held: () => Promise<void>): Promise<void>;
}

/** Messages that one tab posts reach all other tabs of this browser. */
export interface ChannelPort {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
  close(): void;
}

export interface DocumentPort extends EventTarget {
  readonly visibilityState: DocumentVisibilityState;
}

export interface Environment {
  window: EventTarget;
  document: DocumentPort;
  /** The page's `<meta name="csrf-token">`; created if the page has none. */
  csrfMeta: { read(): string | null; write(token: string): void };
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Shared by all tabs of this browser; null if the browser refuses storage. */
  storage: Pick<Storage, 'length' | 'key' | 'setItem' | 'removeItem'> | null;
  /** Of this tab only; null if the browser refuses storage. */
  tabStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  /** Wall clock in milliseconds. */
  now(): number;
  setTimeout(task: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  /** In [0, 1). */
  random(): number;
  /** An identifier that no other page load has. */
  randomId(): string;
  /** False for events that a script has dispatched: they are not user activity. */
  isTrusted(event: Event): boolean;
  createSocket(auth: () => HandshakeAuth): SocketPort;
  /** Null where unsupported (also outside of HTTPS and localhost). */
  locks: LockPort | null;
  /** @returns null where unsupported */
  openChannel(name: string): ChannelPort | null;
}
