import type { WsMessageHandler } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { firstValueFrom, type Observable } from 'rxjs';
import { type Namespace, Server, type ServerOptions, type Socket } from 'socket.io';

/** Maximum frame of a client, whose messages have a few hundred bytes. */
const MAX_FRAME_BYTES = 16 * 1024;
/** A connection that has not joined a namespace by then is closed; clients join immediately. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Engine options for the standalone server: no other namespace needs long polling or larger frames. */
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
   * Replaces Nest's implementation, whose streams per message and socket take most of an idle socket's memory. Our
   * handlers answer once, by the acknowledgement.
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
   * Closes the sockets, whose tabs reconnect to another node. Fastify closes the HTTP server: closed here first, that
   * would continue to accept connections, and the shutdown would not end.
   */
  override async close(server: Server | Namespace): Promise<void> {
    if (server instanceof Server) server.engine.close();
  }
}
