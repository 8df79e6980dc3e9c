/** `npm start` as a newcomer meets it: a server on an empty folder, and an end to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { launch, temporaryFolder } from '../support/processes';
import { startNode } from '../support/server';

const START = join(__dirname, '../../scripts/start.mjs');
const READY = /Vedfolnir is ready at (http:\/\/\S+)/;

/** @param env on top of what every process needs */
async function start(env: NodeJS.ProcessEnv) {
  const { PATH, HOME } = process.env;
  const server = launch(process.execPath, [START], { env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'warn', ...env } });
  const url = await eventually(() => READY.exec(server.output())?.[1] ?? null, { timeout: 30_000 });
  return { server, url: String(url).replace(/\/$/, '') };
}

const database = () => `sqlite:${join(temporaryFolder(), 'start.sqlite')}`;

async function isGone(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    () => false,
    () => true,
  );
}

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'starts what is built, says where, and ends cleanly at %s',
    async (signal) => {
      const { server, url } = await start({ DATABASE_URL: database() });
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      process.kill(server.pid, signal);
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(await isGone(url)).toBe(true);
    },
  );

  it('leaves no server behind when it is killed', async () => {
    const { server, url } = await start({ DATABASE_URL: database() });
    await server.kill();
    await eventually(() => isGone(url));
  });
});

describe('a first start', () => {
  it('brings a person and three platforms where nothing was configured, and says how to sign in', async () => {
    const node = await startNode({ NODE_ENV: undefined });
    await eventually(() => expect(node.output()).toContain('Sign in as "demo" with the password "demo-password"'));
    const client = new TestClient(node.url);
    expect((await client.login({ username: 'demo', password: 'demo-password' })).status).toBe(200);
    const { body } = await client.get<{ platforms: unknown[] }>('/api/user_platforms');
    expect(body.platforms).toHaveLength(3);
    expect(await node.stop()).toBe(0);
  });

  it('brings nobody in production', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const node = await startNode({ NODE_ENV: 'production', RATE_LIMITS: undefined, ENCRYPTION_KEYS: key });
    expect(node.output()).not.toContain('Sign in as');
    const client = new TestClient(node.url);
    expect((await client.login({ username: 'demo', password: 'demo-password' })).status).toBe(401);
    expect(existsSync(join(node.cwd, 'data/encryption.key'))).toBe(false);
    await node.stop();
  });
});
