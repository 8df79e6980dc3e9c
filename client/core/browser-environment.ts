import type { HandshakeAuth } from '../../src/protocol/events';
import { readCsrfMeta, writeCsrfMeta } from './csrf-meta';
import type { ChannelPort, Environment, SocketPort } from './environment';
import { JsonSocket } from './json-socket';
import { localStorageOrNull, sessionStorageOrNull } from './storage';

const timers = {
  setTimeout: (task: () => void, ms: number) => window.setTimeout(task, ms),
  clearTimeout: (timer: number) => window.clearTimeout(timer),
};

/** The implementation for real browsers. */
export function browserEnvironment(): Environment {
  return {
    ...timers,
    window,
    document,
    csrfMeta: { read: readCsrfMeta, write: writeCsrfMeta },
    fetch: (path, init) => window.fetch(path, init),
    storage: localStorageOrNull(),
    tabStorage: sessionStorageOrNull(),
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
    listen: (listener) => {
      channel.onmessage = ({ data }) => listener(data);
    },
    close: () => channel.close(),
  };
}

function createSocket(auth: () => HandshakeAuth): SocketPort {
  const { host, protocol } = window.location;
  const address = `${protocol.replace('http', 'ws')}//${host}/socket.io/?EIO=4&transport=websocket`;
  const socket = new JsonSocket(() => new WebSocket(address), timers, auth);
  // The browser reports a lost network before the socket does.
  window.addEventListener('offline', () => socket.fail());
  return socket;
}

/** `crypto.randomUUID` is missing on plain HTTP outside localhost; `getRandomValues` is not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
