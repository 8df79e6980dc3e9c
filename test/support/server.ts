/** Starts nodes of the built product, each in its own folder. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually';
import { TestClient } from './http-client';
import { type Exit, launch, temporaryFolder } from './processes';
import { migratedFile } from './services';
import { withSharedInstances } from './shared-instances';

export { stopAll } from './processes';

export interface ServerNode {
  url: string;
  port: number;
  pid: number;
  /** Its working folder, which contains `data/`. */
  cwd: string;
  output(): string;
  /** Sends SIGTERM. @returns the exit code; null when it had to be killed */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  exited: Promise<Exit>;
}

const MAIN = join(__dirname, '../../dist/src/app/main.js');
const READY = /Vedfolnir is ready at (http:\/\/\S+)/;
const START_TIMEOUT_MS = 90_000;

/**
 * Starts a node and waits until it says that it is ready.
 * @param env on top of the defaults; undefined takes one away
 * @param options.cwd the folder of an earlier node, to start again on its data
 * @param options.main the program, where it is not that of this build
 */
export async function startNode(
  env: Record<string, string | undefined> = {},
  { cwd = temporaryFolder(), main = MAIN }: { cwd?: string; main?: string } = {},
): Promise<ServerNode> {
  if (!existsSync(main))
    throw new Error(`${main} is missing: build first (npm run build), or run the tests by npm test.`);
  const { PATH, HOME } = process.env;
  const defaults = { NODE_ENV: 'test', PORT: '0', HOST: '127.0.0.1', RATE_LIMITS: 'off', LOG_LEVEL: 'warn' };
  const data = join(cwd, 'data');
  // A test that sets NODE_ENV tests the first start in an empty folder.
  if (!('DATABASE_URL' in env) && !('NODE_ENV' in env) && !existsSync(data)) {
    mkdirSync(data);
    migratedFile(join(data, 'vedfolnir.sqlite'));
  }
  const instances = { ALLOW_PRIVATE_INSTANCES: withSharedInstances(env.ALLOW_PRIVATE_INSTANCES) };
  const node = launch(process.execPath, [main], { cwd, env: { PATH, HOME, ...defaults, ...env, ...instances } });

  const deadline = performance.now() + START_TIMEOUT_MS;
  const announced = () => READY.exec(node.output())?.[1];
  while (!announced() && node.running() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const url = announced()?.replace(/\/$/, '');
  if (!url) {
    const why = node.running() ? `was not ready within ${START_TIMEOUT_MS / 1000} s` : 'ended while starting';
    await node.kill();
    throw new Error(`The server ${why}. It said:\n${node.output()}`);
  }
  const { pid, output, stop, kill, freeze, thaw, exited } = node;
  return { url, port: Number(new URL(url).port), cwd, pid, output, stop, kill, freeze, thaw, exited };
}

/**
 * Waits until the nodes receive each other's messages, and so use their caches; for a single node until it is ready.
 */
export async function hearing(nodes: readonly ServerNode[]): Promise<void> {
  const isConnected = async ({ url }: ServerNode) => {
    const { body } = await new TestClient(url).get('/health/ready');
    return body.status === 'ok' && /^(up|unused)$/.test(String(body.redis));
  };
  for (const node of nodes) await eventually(() => isConnected(node));
}
