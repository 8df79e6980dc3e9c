import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, HandshakeAuth, ServerToClientEvents } from '../../src/protocol/events';
import type { ChannelPort, Environment, SocketPort } from './environment';

/** Longer than a slow mobile handshake, shorter than a person's patience. */
const HANDSHAKE_TIMEOUT_MS = 8_000;

/** The real browser. */
export function browserEnvironment(): Environment {
  return {
    window,
    document,
    csrfMeta: { read: readMeta, write: writeMeta },
    fetch: (path, init) => window.fetch(path, init),
    storage: localStorageOrNull(),
    now: () => Date.now(),
    setTimeout: (task, ms) => window.setTimeout(task, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: () => Math.random(),
    randomId,
    isOnline: () => navigator.onLine,
    isTrusted: (event) => event.isTrusted,
    createSocket,
    locks: navigator.locks ?? null,
    openChannel,
  };
}

function openChannel(name: string): ChannelPort | null {
  if (typeof BroadcastChannel === 'undefined') return null;
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen: (heard) => {
      channel.onmessage = ({ data }) => heard(data);
    },
    close: () => channel.close(),
  };
}

function createSocket(auth: () => HandshakeAuth): SocketPort {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    path: '/socket.io',
    transports: ['websocket'],
    withCredentials: true,
    forceNew: true,
    autoConnect: false,
    // The transport has a backoff of its own, that also returns after a disconnect by the server.
    reconnection: false,
    timeout: HANDSHAKE_TIMEOUT_MS,
    auth: (give) => give(auth()),
  });
  return {
    get connected() {
      return socket.connected;
    },
    connect: () => void socket.connect(),
    disconnect: () => void socket.disconnect(),
    // socket.io's listener types are conditional on the event's name and cannot be met generically.
    on: (event, listener) => void socket.on(event as 'connect', listener as () => void),
    sync: (revision, timeoutMs) => socket.timeout(timeoutMs).emitWithAck('session:sync', { revision }),
    activity: (timeoutMs) => socket.timeout(timeoutMs).emitWithAck('session:activity', {}),
  };
}

function metaElement(): HTMLMetaElement | null {
  return document.querySelector('meta[name="csrf-token"]');
}

function readMeta(): string | null {
  return metaElement()?.content || null;
}

function writeMeta(token: string): void {
  let meta = metaElement();
  if (!meta) {
    meta = document.createElement('meta');
    meta.name = 'csrf-token';
    document.head.append(meta);
  }
  if (meta.content !== token) meta.content = token;
}

function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** `crypto.randomUUID` is missing on plain HTTP outside localhost; these bytes are not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
