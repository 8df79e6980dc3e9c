/** Fake instances for the tests, and accounts connected to them. */
import { randomUUID } from 'node:crypto';
import type { PlatformView } from '../../src/protocol/http';
import { FakeInstance } from '../../tools/fake-instance/fake-instance';
import type { RateLimits } from '../../tools/fake-instance/fake-limits';
import type { FakeInstanceOptions } from '../../tools/fake-instance/fake-store';
import type { TestClient } from './http-client';

export { FakeInstance } from '../../tools/fake-instance/fake-instance';
export type { FakeStatus } from '../../tools/fake-instance/fake-store';

/** Rate limits for tests that send more requests than a real instance allows. */
export const PLENTY: RateLimits = {
  account: { requests: 1e6, period: 60_000 },
  media: { requests: 1e6, period: 60_000 },
};

const running = new Set<FakeInstance>();

/** Starts an instance for one suite (call `stopInstances` in afterAll). */
export async function startInstance(options: Partial<FakeInstanceOptions> = {}): Promise<FakeInstance> {
  const instance = await FakeInstance.start({ kind: 'mastodon', name: 'Town', ...options });
  running.add(instance);
  return instance;
}

export async function stopInstances(): Promise<void> {
  await Promise.all([...running].map((each) => each.stop()));
  running.clear();
}

/** Environment of a server that may call these instances. */
export const allowed = (...instances: FakeInstance[]): { ALLOW_PRIVATE_INSTANCES: string } => ({
  ALLOW_PRIVATE_INSTANCES: instances.map((each) => each.host).join(','),
});

/** Creates an account on the instance and a token for it. @param scopes the token's scopes */
export function newAccount(instance: FakeInstance, username = `u${randomUUID().slice(0, 8)}`, scopes?: string[]) {
  const account = instance.store.account(username);
  return { account, token: instance.store.issueToken(account, scopes) };
}

/** Creates an attachment that another program uploaded. @returns its id */
export function imageThere(instance: FakeInstance, accountId: string, description: string | null): string {
  const id = instance.store.nextId();
  const file = { bytes: Buffer.from('x'), mimeType: 'image/png' };
  instance.store.media.set(id, { id, accountId, ...file, description, pending: 0, attached: false });
  return id;
}

/** Connects a new account by a pasted token. */
export async function connectTo(client: TestClient, instance: FakeInstance, name = 'Town', scopes?: string[]) {
  const { account, token } = newAccount(instance, undefined, scopes);
  const form = { name, instance_url: instance.url, access_token: token };
  const { status, body: platform } = await client.post<PlatformView>('/api/platforms', form);
  if (status !== 201) throw new Error(`Not connected: ${JSON.stringify(platform)}`);
  return { platform, account, token };
}
