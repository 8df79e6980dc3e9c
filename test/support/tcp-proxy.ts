/** A TCP proxy that can drop all traffic like a dead network, without closing connections. */
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** Drops all data in both directions, on old and new connections. */
  blackHole(): void;
  /** Lets new connections work again; old ones stay dead. */
  heal(): void;
  /** Closes all connections: their owners open new ones. */
  cut(): void;
  /** Delays data from the target; ms. */
  slow(ms: number): void;
  /** Routes new connections to another port; old ones stay where they are. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

const open = new Set<TcpProxy>();

/** Closes all proxies that a suite left open: a listening server keeps the run from ending. */
export async function closeProxies(): Promise<void> {
  await Promise.all(Array.from(open, (proxy) => proxy.close()));
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isDropping = false;
  let delayMs = 0;
  let port = targetPort;
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    let dead = isDropping;
    const forward = (to: Socket, bytes: Buffer) => {
      dead ||= isDropping;
      if (!dead && !to.destroyed) to.write(bytes);
    };
    // Keeps the order of the data, also after the delay is reduced.
    let previous: Promise<unknown> | null = null;
    const forwardDelayed = (bytes: Buffer) => {
      if (delayMs === 0 && previous === null) return forward(client, bytes);
      const due = new Promise((resolve) => setTimeout(resolve, delayMs));
      const sent = Promise.all([previous, due]).then(() => {
        if (previous === sent) previous = null;
        forward(client, bytes);
      });
      previous = sent;
    };
    client.on('data', (bytes: Buffer) => forward(target, bytes));
    target.on('data', forwardDelayed);
    client.on('close', () => target.destroy());
    target.on('close', () => !dead && client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: TcpProxy = {
    port: (server.address() as { port: number }).port,
    blackHole: () => {
      isDropping = true;
    },
    heal: () => {
      isDropping = false;
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    slow: (ms) => {
      delayMs = ms;
    },
    leadTo: (other) => {
      port = other;
    },
    close: async () => {
      open.delete(proxy);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  open.add(proxy);
  return proxy;
}
