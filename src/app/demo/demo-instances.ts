/** Three fake instances, so that a first start can publish posts over HTTP. Never in production. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../index';
import { DEMO_ACCOUNTS } from './demo-content';
import { fillInstance, showAvatar } from './demo-posts';

export const DEMO_TOKEN = 'demo-token';

export interface DemoInstance {
  name: string;
  kind: 'mastodon' | 'pixelfed';
  username: string;
  url: string;
  /** As in ALLOW_PRIVATE_INSTANCES. */
  host: string;
  /** Makes the instance refuse the next post with this message. */
  refuseNextPost(words: string): void;
}

/** The demo runs only with the default SQLite database, outside of production. */
export function isDemo(config: Config): boolean {
  return config.database.kind === 'sqlite' && config.database.embedded && !config.production;
}

/** @returns an empty list without a demo */
export async function startDemoInstances(config: Config): Promise<DemoInstance[]> {
  if (!isDemo(config) || config.database.kind !== 'sqlite') return [];
  // Imported dynamically, because the production image does not contain it.
  const { FakeInstance } = await import('../../../tools/fake-instance/fake-instance.js');
  const folder = dirname(config.database.path);
  const file = join(folder, 'demo-instances.json');
  const known = readPorts(file);
  const running: DemoInstance[] = [];
  const ports: number[] = [];
  for (const [index, account] of DEMO_ACCOUNTS.entries()) {
    const { name, kind, username, displayName } = account;
    const own = { username, displayName, token: DEMO_TOKEN };
    const options = { name, kind, accounts: [own], file: join(folder, `demo-${username}.bin`) };
    // Another copy may use the port: then the first start takes any free one and later starts keep it.
    const port = known[index] ?? account.port;
    const instance = await FakeInstance.start({ ...options, port }).catch(() =>
      known[index] ? null : FakeInstance.start(options),
    );
    ports.push(instance ? Number(new URL(instance.url).port) : port);
    if (!instance) {
      process.stderr.write(`The demo's ${name} cannot be reached: another program uses port ${port}.\n`);
      continue;
    }
    showAvatar(instance, account);
    fillInstance(instance, account, new Date());
    instance.keep();
    const { url, host } = instance;
    const refuseNextPost = (error: string) => instance.fail('POST /api/v1/statuses', { status: 422, body: { error } });
    running.push({ name, kind, username, url, host, refuseNextPost });
  }
  writeFileSync(file, JSON.stringify(ports));
  return running;
}

function readPorts(file: string): number[] {
  try {
    const ports: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(ports) ? ports.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536) : [];
  } catch {
    return [];
  }
}
