import { createServer } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { shutDown } from './shutdown';

it.each([
  ['never ends', () => new Promise<void>(() => {})],
  ['fails', () => Promise.reject(new Error('made to fail'))],
])('closes the app after the grace period although draining %s', async (_, drain) => {
  let closed = false;
  const app = {
    getHttpServer: () => createServer(),
    get: () => ({ drain }),
    close: async () => {
      closed = true;
    },
  };
  await shutDown(app as unknown as NestFastifyApplication, 10);
  expect(closed).toBe(true);
});
