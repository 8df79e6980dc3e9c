import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError } from '../common/app-error';
import { type Config, ConfigError } from '../common/config';
import { SocketAdapter } from '../gateway/socket.adapter';
import { AppModule } from './app.module';
import { type DemoInstance, startDemoInstances } from './demo/demo-instances';
import { DEMO_PASSWORD, DEMO_USERNAME, seedDemo } from './demo/seed-demo';
import { loadConfig } from './environment';
import { configureHttp, createAdapter } from './http-server';
import { PinoLogger } from './logger';
import { describeApi } from './openapi';

/** Longest that open requests may take to finish when the process is told to stop; ms. */
const DRAIN = 10_000;
/** WCAG 2.2.1 asks for so long to answer a warning; ms. */
const LEAST_WARNING = 20_000;

async function start(settings: Config): Promise<void> {
  const instances = await startDemoInstances(settings);
  const allowPrivateInstances = [...settings.allowPrivateInstances, ...instances.map(({ host }) => host)];
  const config: Config = Object.freeze({ ...settings, allowPrivateInstances });
  const adapter = createAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    bodyParser: false,
    logger: new PinoLogger(adapter.getInstance().log),
    abortOnError: false,
  });
  await configureHttp(app, config);
  describeApi(app);
  app.useWebSocketAdapter(new SocketAdapter(app));
  await app.init();
  const seeded = await seedDemo(app, config, instances);
  await app.listen(config.port, config.host);
  // Whoever reads that it is ready may stop it at once.
  stopOn(app);
  announce(await app.getUrl(), config, seeded ? instances : []);
}

/** @param demo its instances, where there is a demo */
function announce(url: string, config: Config, demo: readonly DemoInstance[]): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`Vedfolnir is ready at ${url.replace('[::1]', 'localhost')}`);
  if (demo.length > 0) {
    say(`Sign in as "${DEMO_USERNAME}" with the password "${DEMO_PASSWORD}", or create an account of your own.`);
    say(`What you post there shows up at ${demo.map(({ name, url }) => `${url} (${name})`).join(', ')}.`);
  }
  if (config.production && !config.publicOrigin) {
    say('PUBLIC_ORIGIN is not set: browsers will be refused until it names the address that people use.');
  }
  if (config.expiryWarning < LEAST_WARNING) {
    say('SESSION_EXPIRY_WARNING is under 20s: people who are slower than others have no time to stay signed in.');
  }
}

function stopOn(app: NestFastifyApplication): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), DRAIN).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** One line for what the operator can mend, the whole trace for what only we can. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.options.cause ? reasonOf(error.options.cause) : error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (error instanceof ConfigError) return message;
  if (code === 'EADDRINUSE') return `${message}. Stop what listens there, or set PORT`;
  if (code?.startsWith('ER_') || /^E[A-Z]+$/.test(code ?? '')) return `${message || code} (DATABASE_URL, REDIS_URL)`;
  return stack ?? String(error);
}

async function main(): Promise<void> {
  try {
    await start(loadConfig(process.env));
  } catch (error) {
    process.stderr.write(`Vedfolnir cannot start: ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

void main();
