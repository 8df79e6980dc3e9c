/** The page's socket against a Socket.IO server; a plain WebSocket server sends what Socket.IO never sends. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import WebSocket, { type WebSocket as Line, WebSocketServer } from 'ws';
import { eventually } from '../../test/support/eventually';
import { JsonSocket } from './json-socket';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function webSocket(port: number) {
  const line = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  // A browser logs the error to its console; `ws` throws without a listener.
  line.on('error', () => {});
  return line;
}

/** The socket of a page, and all its events. */
function page(port: number, open = () => webSocket(port)) {
  const told: unknown[] = [];
  const timers = { setTimeout: setTimeout as never, clearTimeout: clearTimeout as never };
  const socket = new JsonSocket(open as never, timers, () => ({ tab_id: 'tab "1"' }));
  socket.on('connect', () => told.push('connect'));
  socket.on('disconnect', () => told.push('disconnect'));
  socket.on('connect_error', (error) => told.push(error));
  socket.on('session:ended', (payload) => told.push(payload));
  closers.push(() => socket.disconnect());
  socket.connect();
  return { socket, told };
}

async function listening(options = {}) {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], ...options });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closers.push(() => io.close());
  return { io, port: (http.address() as AddressInfo).port };
}

describe('with the server of Socket.IO', () => {
  it('connects with its auth data, receives events, sends requests and receives responses', async () => {
    const { io, port } = await listening();
    const auths: unknown[] = [];
    io.on('connection', (socket) => {
      auths.push(socket.handshake.auth);
      socket.on('session:sync', (payload, answer) => answer({ asked: payload }));
      socket.on('session:activity', (_payload, answer) => answer({ text: '12["\n👩‍👩‍👧"]' }));
      socket.emit('session:ended', { text: '12["\n👩‍👩‍👧"]' });
      socket.emit('nobody:hears', {});
      socket.emit('constructor', {});
    });
    const { socket, told } = page(port);
    await eventually(() => expect(told).toEqual(['connect', { text: '12["\n👩‍👩‍👧"]' }]));
    expect([socket.connected, auths]).toEqual([true, [{ tab_id: 'tab "1"' }]]);
    const answers = await Promise.all([socket.sync(7, 1_000), socket.activity(1_000), socket.sync(undefined, 1_000)]);
    expect(answers).toEqual([{ asked: { revision: 7 } }, { text: '12["\n👩‍👩‍👧"]' }, { asked: {} }]);
  });

  it('opens one connection, however often connect is called, and reports a loss only of an open one', async () => {
    const { io, port } = await listening();
    const { socket, told } = page(port);
    socket.connect();
    await eventually(() => expect(told).toEqual(['connect']));
    socket.connect();
    await socket.sync(1, 20).catch(() => undefined);
    expect(io.engine.clientsCount).toBe(1);
    socket.fail();
    socket.fail();
    expect(told).toEqual(['connect', 'disconnect']);
  });

  it('reports why it was refused, and can connect afterwards', async () => {
    const { io, port } = await listening();
    let refuse = true;
    io.use((_socket, next) => next(refuse ? Object.assign(new Error('no'), { data: { error_code: 'X' } }) : undefined));
    const { socket, told } = page(port);
    await eventually(() => expect(told).toEqual([{ message: 'no', data: { error_code: 'X' } }]));
    expect(socket.connected).toBe(false);
    refuse = false;
    socket.connect();
    await eventually(() => expect(told.at(-1)).toBe('connect'));
  });

  it('stays open as long as the server pings, and reports when the server closes it', async () => {
    const { io, port } = await listening({ pingInterval: 40, pingTimeout: 200 });
    const { socket, told } = page(port);
    await eventually(() => expect(told).toEqual(['connect']));
    const [there] = await io.fetchSockets();
    let pongs = 0;
    (io.sockets.sockets.get(there!.id)!.conn as NodeJS.EventEmitter).on('heartbeat', () => pongs++);
    // Longer than the heartbeat timeout.
    await eventually(() => expect(pongs).toBeGreaterThan(10));
    expect(told).toEqual(['connect']);
    there!.disconnect();
    await eventually(() => expect(told).toEqual(['connect', 'disconnect']));
    socket.connect();
    await eventually(() => expect(told).toEqual(['connect', 'disconnect', 'connect']));
    io.engine.close();
    await eventually(() => expect(told.at(-1)).toBe('disconnect'));
  });

  it('disconnects without an event, and the server notices at once', async () => {
    const { io, port } = await listening();
    const reasons: string[] = [];
    io.on('connection', (socket) => socket.on('disconnect', (reason) => reasons.push(reason)));
    const { socket, told } = page(port);
    await eventually(() => expect(told).toEqual(['connect']));
    const asked = socket.sync(1, 60_000);
    socket.disconnect();
    await expect(asked).rejects.toThrow('No answer');
    await eventually(() => expect(reasons).toEqual(['client namespace disconnect']));
    expect([socket.connected, told]).toEqual([false, ['connect']]);
    await expect(socket.activity(60_000)).rejects.toThrow('No answer');
  });

  it('stops waiting for a response at the timeout, and ignores a later one', async () => {
    const { io, port } = await listening();
    const answers: ((answer: unknown) => void)[] = [];
    io.on('connection', (socket) => socket.on('session:sync', (_payload, answer) => answers.push(answer)));
    const { socket, told } = page(port);
    await eventually(() => expect(told).toEqual(['connect']));
    await expect(socket.sync(1, 20)).rejects.toThrow('No answer');
    const second = socket.sync(2, 60_000);
    await eventually(() => expect(answers).toHaveLength(2));
    answers[0]!('late');
    answers[1]!('in time');
    expect(await second).toBe('in time');
  });
});

describe('with a faulty server', () => {
  async function bare(meet: (line: Line) => void) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', meet);
    await new Promise<void>((resolve) => server.once('listening', resolve));
    closers.push(() => {
      for (const line of server.clients) line.terminate();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, server };
  }
  const HELLO = '0{"sid":"a","upgrades":[],"pingInterval":20,"pingTimeout":20}';
  const lost = { message: 'The connection is lost' };

  it('gives up a connection that is silent', async () => {
    const { port, server } = await bare((line) => {
      line.send(HELLO);
      line.once('message', () => line.send('40{"sid":"b"}'));
    });
    const { told } = page(port);
    // Long before the handshake timeout.
    await eventually(() => expect(told).toEqual(['connect', 'disconnect']), { timeout: 4_000 });
    await eventually(() => expect(server.clients.size).toBe(0));
  });

  it.each([['{'], ['42{"a":'], ['40[']])('gives up a connection that sends %s', async (frame) => {
    const { port } = await bare((line) => {
      line.send(HELLO);
      line.on('message', () => line.send(frame === '{' ? '42{' : frame));
    });
    const { told } = page(port);
    await eventually(() => expect(told).toEqual([lost]));
  });

  it('reports an unreachable server or a missing WebSocket, but only after connect has returned', async () => {
    const { port, server } = await bare(() => {});
    await new Promise((resolve) => server.close(resolve));
    const { told } = page(port);
    const without = page(port, () => {
      throw new Error('refused');
    });
    expect(without.told).toEqual([]);
    await eventually(() => expect([told, without.told]).toEqual([[lost], [lost]]));
  });

  it('ignores what arrives on a closed connection', async () => {
    let first: Line | undefined;
    const { port } = await bare((line) => {
      first ??= line;
      line.send(HELLO.replaceAll('20', '20000'));
      line.once('message', () => line.send('40{"sid":"b"}'));
    });
    const { socket, told } = page(port);
    await eventually(() => expect(told).toEqual(['connect']));
    socket.disconnect();
    first!.send('42["session:ended",{"late":true}]');
    socket.connect();
    await eventually(() => expect(told).toEqual(['connect', 'connect']));
    first!.close();
    await expect(socket.sync(1, 50)).rejects.toThrow('No answer');
    expect(told).toEqual(['connect', 'connect']);
  });
});
