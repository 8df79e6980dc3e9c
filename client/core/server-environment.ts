import type { Environment, SocketPort } from './environment';

/** For rendering on a server: there is no session, and nothing happens. */
export function serverEnvironment(): Environment {
  return {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { visibilityState: 'hidden' as const }),
    csrfMeta: { read: () => null, write: () => {} },
    fetch: () => Promise.reject(new Error('There is no session outside of a browser')),
    storage: null,
    tabStorage: null,
    now: () => Date.now(),
    setTimeout: () => 0,
    clearTimeout: () => {},
    random: () => 0,
    randomId: () => '',
    isTrusted: () => false,
    createSocket: () => CLOSED_SOCKET,
    locks: null,
    openChannel: () => null,
  };
}

const CLOSED_SOCKET: SocketPort = {
  connected: false,
  connect: () => {},
  disconnect: () => {},
  on: () => {},
  sync: () => Promise.reject(new Error('No socket')),
  activity: () => Promise.reject(new Error('No socket')),
};
