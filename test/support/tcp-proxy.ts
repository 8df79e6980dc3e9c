/** A line between two processes that a test can make silent, as a dead network does: nothing comes, nothing ends. */
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** From now on no byte passes, in either direction, on old lines and new. */
  blackHole(): void;
  /** New lines work again; the old ones stay dead. */
  heal(): void;
  /** New lines lead to another port; the old ones stay where they are. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let silent = false;
  let port = targetPort;
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    let dead = silent;
    const pass = (to: Socket) => (bytes: Buffer) => {
      dead ||= silent;
      if (!dead) to.write(bytes);
    };
    client.on('data', pass(target));
    target.on('data', pass(client));
    client.on('close', () => target.destroy());
    target.on('close', () => !dead && client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    blackHole: () => {
      silent = true;
    },
    heal: () => {
      silent = false;
    },
    leadTo: (other) => {
      port = other;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
