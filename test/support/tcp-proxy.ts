/** A line between two processes that a test can make silent, as a dead network does: nothing comes, nothing ends. */
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** From now on no byte passes, in either direction, on old lines and new. */
  blackHole(): void;
  /** New lines work again; the old ones stay dead. */
  heal(): void;
  /** From now on what the target says arrives this much later; ms. */
  slow(ms: number): void;
  /** New lines lead to another port; the old ones stay where they are. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

const open = new Set<TcpProxy>();

/** All that a suite has left open: a line that somebody listens to keeps the whole run from ending. */
export async function closeProxies(): Promise<void> {
  await Promise.all(Array.from(open, (proxy) => proxy.close()));
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let silent = false;
  let late = 0;
  let port = targetPort;
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    let dead = silent;
    const pass = (to: Socket, bytes: Buffer) => {
      dead ||= silent;
      if (!dead && !to.destroyed) to.write(bytes);
    };
    // In the order in which they came, also when they are no longer held back.
    let before: Promise<unknown> | null = null;
    const passLate = (bytes: Buffer) => {
      if (late === 0 && before === null) return pass(client, bytes);
      const due = new Promise((resolve) => setTimeout(resolve, late));
      const mine = Promise.all([before, due]).then(() => {
        if (before === mine) before = null;
        pass(client, bytes);
      });
      before = mine;
    };
    client.on('data', (bytes: Buffer) => pass(target, bytes));
    target.on('data', passLate);
    client.on('close', () => target.destroy());
    target.on('close', () => !dead && client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: TcpProxy = {
    port: (server.address() as { port: number }).port,
    blackHole: () => {
      silent = true;
    },
    heal: () => {
      silent = false;
    },
    slow: (ms) => {
      late = ms;
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
