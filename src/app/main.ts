import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, describeFault, loadConfig } from '../index';
import { DEMO_PASSWORD, DEMO_USERNAME } from './demo/seed-demo';
import { type Server, startServer } from './server';
import { shutDown } from './shutdown';

/** WCAG 2.2.1 requires at least 20 s to respond to a warning. */
const MIN_WARNING_MS = 20_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

function announce(url: string, { demo }: Server, config: Config): void {
  say(`Vedfolnir is ready at ${url.replace('[::1]', 'localhost')}`);
  if (demo.length > 0) {
    say(`Sign in as "${DEMO_USERNAME}" with the password "${DEMO_PASSWORD}", or create an account of your own.`);
    say(`What you post there shows up at ${demo.map(({ name, url }) => `${url} (${name})`).join(', ')}.`);
  }
  if (config.production && !config.publicOrigin) {
    say('PUBLIC_ORIGIN is not set: browsers will be refused until it names the address that people use.');
  }
  if (config.expiryWarning < MIN_WARNING_MS) {
    say('SESSION_EXPIRY_WARNING is under 20s: people who are slower than others have no time to stay signed in.');
  }
}

function stopOn(app: NestFastifyApplication, { shutdownGrace }: Config): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    shutDown(app, shutdownGrace).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function main(): Promise<void> {
  let config: Config | null = null;
  // PID 1 of a container ignores signals without a handler; needed also while waiting for the database.
  const leave = () => process.exit(0);
  process.on('SIGTERM', leave).on('SIGINT', leave);
  try {
    config = loadConfig(process.env);
    const server = await startServer(config);
    // Before announcing readiness, because a signal may follow immediately.
    process.off('SIGTERM', leave).off('SIGINT', leave);
    stopOn(server.app, config);
    announce(await server.app.getUrl(), server, config);
  } catch (error) {
    process.stderr.write(`Vedfolnir cannot start: ${describeFault(error, config)}\n`);
    process.exit(1);
  }
}

void main();
