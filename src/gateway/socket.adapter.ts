import type { INestApplicationContext } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Namespace, Server, ServerOptions } from 'socket.io';
import { NAMESPACE, REDIS, SUBSCRIBER } from '../cluster/cluster.module';
import { type RedisClient, whenReady } from '../cluster/redis';

type Adapter = Namespace['adapter'];

/** A dead line is found within interval + timeout, so that a tab is right again within 15 s; ms. */
const PING_INTERVAL = 6000;
const PING_TIMEOUT = 4000;
/** The longest frame a client may send; what it has to say fits in a few hundred bytes. */
const LONGEST_FRAME = 16 * 1024;

/**
 * Socket.IO as the contract has it; over Redis when there are other nodes. What this project has to say travels as
 * domain events, and each node tells its own sockets; the Redis adapter is for the gateways of others beside it.
 */
export class SocketAdapter extends IoAdapter {
  private readonly log = new Logger('Sockets');
  private readonly publisher: RedisClient | null;
  private readonly subscriber: RedisClient | null;
  private readonly namespace: string;

  constructor(app: INestApplicationContext) {
    super(app);
    this.publisher = app.get<RedisClient | null>(REDIS);
    this.subscriber = app.get<RedisClient | null>(SUBSCRIBER);
    this.namespace = app.get<string>(NAMESPACE);
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
        careful(
          createAdapter(this.guarded(this.publisher), patient(this.subscriber), {
            key: `${this.namespace}:sockets`,
            publishOnSpecificResponseChannel: true,
          }),
          this.log,
        ),
      );
    }
    return server;
  }

  /**
   * The tabs' lines end, and the tabs look for another node. The HTTP server is Fastify's to close, who refuses what is
   * new and waits for what is open: ended from here first, it would take on ever more and be waited for in vain.
   */
  override async close(server: Server): Promise<void> {
    server.engine.close();
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

/** The adapter subscribes once and does not wait for it, also while Redis is away: then as soon as it is there. */
function patient(client: RedisClient): RedisClient {
  return new Proxy(client, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      if (property !== 'subscribe' && property !== 'pSubscribe') return value.bind(target);
      return async (...given: unknown[]) => whenReady(target, () => value.apply(target, given));
    },
  });
}

/** The adapter looks at nothing that comes in: what none of its own has sent must not end the process. */
function careful(create: (namespace: Namespace) => Adapter, log: Logger): (namespace: Namespace) => Adapter {
  const ignored = (error: Error) => log.warn(`A message from Redis was not understood: ${error.message}`);
  // Socket.IO calls it with `new`.
  return function adapterOf(namespace) {
    const adapter = create(namespace);
    for (const name of ['onmessage', 'onrequest']) {
      const hear = Reflect.get(adapter, name) as (...message: unknown[]) => unknown;
      const heard = async (...message: unknown[]) => hear.apply(adapter, message);
      Reflect.set(adapter, name, (...message: unknown[]) => heard(...message).catch(ignored));
    }
    return adapter;
  };
}
