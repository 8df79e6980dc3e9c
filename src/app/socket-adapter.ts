import { IoAdapter } from '@nestjs/platform-socket.io';
import { type Namespace, Server, type ServerOptions } from 'socket.io';

/** The longest frame a client may send; its messages have a few hundred bytes. */
const MAX_FRAME_BYTES = 16 * 1024;
/** After this a connection that has not become a socket of a session is closed; a client says at once what it wants. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The engine's options: a server of ours alone has no other namespace that would need long polling or longer frames. */
export class SocketAdapter extends IoAdapter {
  override createIOServer(port: number, options?: ServerOptions): Server {
    return super.createIOServer(port, {
      ...(options as ServerOptions),
      transports: ['websocket'],
      serveClient: false,
      maxHttpBufferSize: MAX_FRAME_BYTES,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
  }

  /**
   * Closes the sockets, whose tabs look for another node. The HTTP server is left to Fastify, which refuses new
   * connections and waits for open requests: closed here first, it would go on accepting and be waited for in vain.
   */
  override async close(server: Server | Namespace): Promise<void> {
    if (server instanceof Server) server.engine.close();
  }
}
