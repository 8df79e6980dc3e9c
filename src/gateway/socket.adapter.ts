import type { INestApplicationContext } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Server, ServerOptions } from 'socket.io';
import type { RedisClient } from '../store/redis';
import { REDIS, SUBSCRIBER } from '../store/store.module';

/** A dead line is found within interval + timeout, so that a tab is right again within 15 s; ms. */
const PING_INTERVAL = 6000;
const PING_TIMEOUT = 4000;
/** The longest frame a client may send; what it has to say fits in a few hundred bytes. */
const LONGEST_FRAME = 16 * 1024;

/** Socket.IO as the contract has it; over Redis when there are other nodes. */
export class SocketAdapter extends IoAdapter {
  private readonly log = new Logger('Sockets');
  private readonly publisher: RedisClient | null;
  private readonly subscriber: RedisClient | null;

  constructor(app: INestApplicationContext) {
    super(app);
    this.publisher = app.get<RedisClient | null>(REDIS);
    this.subscriber = app.get<RedisClient | null>(SUBSCRIBER);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const server: Server = super.createIOServer(port, {
      ...(options as ServerOptions),
      path: '/socket.io',
      transports: ['websocket'],
      serveClient: false,
      maxHttpBufferSize: LONGEST_FRAME,
      pingInterval: PING_INTERVAL,
      pingTimeout: PING_TIMEOUT,
    });
    if (this.publisher && this.subscriber) {
      server.adapter(
        createAdapter(this.guarded(this.publisher), this.subscriber, { publishOnSpecificResponseChannel: true }),
      );
    }
    return server;
  }

  /** The adapter does not wait for its publishing, so a refusal must be caught here or it would end the process. */
  private guarded(client: RedisClient): RedisClient {
    return new Proxy(client, {
      get: (target, property) => {
        const value = Reflect.get(target, property, target);
        if (property === 'publish') {
          return (channel: string, message: string) =>
            target.publish(channel, message).catch((error: Error) => {
              this.log.warn(`Not heard by the other nodes: ${error.message}`);
              return 0;
            });
        }
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}
