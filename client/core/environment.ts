/** Everything the core takes from a browser, in one object, so that a test can be the browser. */
import type { ErrorBody } from '../../src/protocol/errors';
import type { HandshakeAuth, ServerToClientEvents } from '../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../src/protocol/http';

/** What a refused handshake hands to `connect_error`. */
export interface RefusedHandshake {
  message: string;
  data?: unknown;
}

/** Every event that a socket can hand to us: the server's, and its own three. */
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
  /** Rejects when no answer came within `timeoutMs`. */
  sync(revision: number | undefined, timeoutMs: number): Promise<SessionState | ErrorBody>;
  activity(timeoutMs: number): Promise<ExtendedView | ErrorBody>;
}

/** The part of `navigator.locks` that is needed. */
export interface LockPort {
  /**
   * Runs `held` when the lock is granted; it stays ours until the promise of `held` is settled.
   * Rejects when the wait was aborted, when another tab stole the lock, or where the browser refuses locks.
   */
  request(name: string, how: { signal: AbortSignal } | { steal: true }, held: () => Promise<void>): Promise<void>;
}

/** What one tab posts, all other tabs of this browser hear. */
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
  /** The page's `<meta name="csrf-token">`; made when the page has none. */
  csrfMeta: { read(): string | null; write(token: string): void };
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Of all tabs of this browser; null where the browser refuses storage. */
  storage: Pick<Storage, 'length' | 'key' | 'setItem' | 'removeItem'> | null;
  /** Of this tab alone; null where the browser refuses storage. */
  tabStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  /** Wall clock in milliseconds. */
  now(): number;
  setTimeout(task: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  /** In [0, 1). */
  random(): number;
  /** An identifier that no other page load has. */
  randomId(): string;
  /** False for events that a script dispatched: they are not user activity. */
  isTrusted(event: Event): boolean;
  createSocket(auth: () => HandshakeAuth): SocketPort;
  /** Null where the browser has none (also outside of HTTPS and localhost). */
  locks: LockPort | null;
  /** @returns null where the browser has none */
  openChannel(name: string): ChannelPort | null;
}
