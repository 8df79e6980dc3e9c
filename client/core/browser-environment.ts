import type { HandshakeAuth } from '../../src/protocol/events';
import type { ChannelPort, Environment, SocketPort } from './environment';
import { JsonSocket } from './json-socket';
import { localStorageOrNull } from './storage';

const timers = {
  setTimeout: (task: () => void, ms: number) => window.setTimeout(task, ms),
  clearTimeout: (timer: number) => window.clearTimeout(timer),
};

/** The real browser. */
export function browserEnvironment(): Environment {
  return {
    ...timers,
    window,
    document,
    csrfMeta: { read: readMeta, write: writeMeta },
    fetch: (path, init) => window.fetch(path, init),
    storage: localStorageOrNull(),
    now: () => Date.now(),
    random: () => Math.random(),
    randomId,
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
  const { host, protocol } = window.location;
  const address = `${protocol.replace('http', 'ws')}//${host}/socket.io/?EIO=4&transport=websocket`;
  const socket = new JsonSocket(() => new WebSocket(address), timers, auth);
  // The browser knows before the line does.
  window.addEventListener('offline', () => socket.lose());
  return socket;
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

/** `crypto.randomUUID` is missing on plain HTTP outside localhost; these bytes are not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
