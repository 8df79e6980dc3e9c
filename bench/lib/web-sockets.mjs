/** Socket.IO's protocol over bare WebSockets, so that one process can run thousands of clients. */
import WebSocket from 'ws';

const OPEN = '0';
const PING = '2';
const CONNECTED = '40';
const REFUSED = '44';
const EVENT = '42';

/**
 * @param readyAt resolves after this: 'connected', or the name of an event
 * @param onEvent called with the name and payload of each event
 * @returns {Promise<WebSocket>}
 */
export function openSocket(port, { headers = {}, auth = {}, readyAt = 'connected', onEvent = () => {} }) {
  return new Promise((resolve, reject) => {
    const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The socket was closed')));
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === PING) socket.send('3');
      else if (text.startsWith(OPEN)) socket.send(`${CONNECTED}${JSON.stringify(auth)}`);
      else if (text.startsWith(REFUSED)) reject(new Error(text));
      else if (text.startsWith(CONNECTED) && readyAt === 'connected') resolve(socket);
      else if (text.startsWith(EVENT)) {
        const [name, payload] = JSON.parse(text.slice(2));
        if (name === readyAt) resolve(socket);
        onEvent(name, payload);
      }
    });
  });
}

/** @param atOnce number of sockets opened concurrently */
export async function openSockets(count, atOnce, open) {
  const sockets = [];
  const waiting = Array.from({ length: count }, (_, index) => index).values();
  const work = async () => {
    for (const index of waiting) sockets[index] = await open(index);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return sockets;
}

export function closeSockets(sockets) {
  for (const socket of sockets) socket.terminate();
}
