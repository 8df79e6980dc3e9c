import 'reflect-metadata';
import { VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import sirv from 'sirv';
import { describeApi } from 'vedfolnir';
import { AppModule } from './app.module';

async function main(): Promise<void> {
  const logger = ['error', 'warn'] as const;
  const app =
    process.env.ADAPTER === 'fastify'
      ? await NestFactory.create(AppModule, new FastifyAdapter(), { logger: [...logger] })
      : await NestFactory.create(AppModule, { logger: [...logger] });
  app.enableShutdownHooks();
  app.enableCors({ origin: 'https://elsewhere.example' });
  // The application's prefix and versions do not apply to Vedfolnir's routes, whose paths its script expects.
  if (process.env.GLOBAL_PREFIX) app.setGlobalPrefix(process.env.GLOBAL_PREFIX);
  app.enableVersioning({ type: VersioningType.URI });
  // Serves the description of Vedfolnir's routes at /api/openapi.json.
  describeApi(app);
  // The application's pages, such as those of examples/page and examples/react.
  app.use(sirv('public', { dev: true }));
  await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
  console.log(`Listening at ${await app.getUrl()}`);
}

void main();
