import type { WsMessageHandler } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { firstValueFrom, type Observable } from 'rxjs';
import { type Namespace, Server, type ServerOptions, type Socket } from 'socket.io';

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
   * As Nest's, whose streams for each message and socket are most of what an idle socket holds. Our handlers answer once
   * and by the acknowledgement.
   */
  override bindMessageHandlers(
    socket: Socket,
    handlers: WsMessageHandler[],
    transform: (answer: unknown) => Observable<unknown>,
  ): void {
    for (const { message, callback } of handlers) {
      socket.on(message as string, (...given: unknown[]) => {
        const { data, ack } = this.mapPayload(given.length > 1 ? given : given[0]);
        firstValueFrom(transform(callback(data, ack)), { defaultValue: undefined }).then(
          (answer) => {
            if (answer !== undefined && answer !== null) ack?.(answer);
          },
          (error: unknown) => this.logger.error(error),
        );
      });
    }
  }

  /**
   * Closes the sockets, whose tabs look for another node. The HTTP server is left to Fastify, which refuses new
   * connections and waits for open requests: closed here first, it would go on accepting and be waited for in vain.
   */
  override async close(server: Server | Namespace): Promise<void> {
    if (server instanceof Server) server.engine.close();
  }
}
