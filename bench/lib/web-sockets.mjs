/** Socket.IO's protocol over bare WebSockets: thousands of clients in one process, which cost it little. */
import WebSocket from 'ws';

const OPEN = '0';
const PING = '2';
const CONNECTED = '40';
const REFUSED = '44';
const EVENT = '42';

/**
 * @param isReady whether the socket is open for the purpose, once it has received this; 'connected', or an event's name
 * @param onEvent is given the name of each event and its payload
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

/** @param atOnce how many are being opened at any moment */
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
