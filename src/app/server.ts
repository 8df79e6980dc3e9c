import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, describeApi } from '../index';
import { AppModule } from './app.module';
import { type DemoInstance, startDemoInstances } from './demo/demo-instances';
import { DEMO_PASSWORD, DEMO_USERNAME, seedDemo } from './demo/seed-demo';
import { configureHttp, createAdapter } from './http-server';
import { listenFault } from './listen-fault';
import { PinoLogger } from './logger';
import { DemoAccount } from './pages/demo-account';
import { hookRequests } from './request-hooks';
import { SocketAdapter } from './socket-adapter';

export interface Server {
  app: NestFastifyApplication;
  /** Instances of the demo; empty without a demo. */
  demo: readonly DemoInstance[];
}

/** @throws an error for `describeFault`; everything is closed then */
export async function startServer(settings: Config): Promise<Server> {
  const instances = await startDemoInstances(settings);
  const allowPrivateInstances = [...settings.allowPrivateInstances, ...instances.map(({ host }) => host)];
  const config: Config = Object.freeze({ ...settings, allowPrivateInstances });
  const adapter = createAdapter(config);
  const { log } = adapter.getInstance();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    bodyParser: false,
    logger: new PinoLogger(log),
    abortOnError: false,
  });
  try {
    await configureHttp(app, config);
    hookRequests(app);
    describeApi(app);
    app.useWebSocketAdapter(new SocketAdapter(app));
    await app.init();
    const seeded = await seedDemo(app, config, instances);
    if (seeded) app.get(DemoAccount).credentials = { username: DEMO_USERNAME, password: DEMO_PASSWORD };
    await app.listen(config.port, config.host).catch((error: unknown) => {
      throw listenFault(error, config) ?? error;
    });
    return { app, demo: seeded ? instances : [] };
  } catch (error) {
    await app.close();
    throw error;
  }
}
