/**
 * Instances for suites that do not test them: they accept any token, each as another account, and reject posts. Every
 * server of a run may call them.
 */
import type { PlatformType } from '../../src/protocol/http';
import { FakeInstance } from '../../tools/fake-instance/fake-instance';
import { PLENTY } from './fake-instance';

const INSTANCES = [
  { name: 'Town', kind: 'mastodon' },
  { name: 'Photos', kind: 'pixelfed' },
  { name: 'Work', kind: 'mastodon' },
] as const;

interface SharedInstance {
  kind: PlatformType;
  url: string;
}

/** @returns the value of TEST_INSTANCES */
export async function startSharedInstances(): Promise<string> {
  const started = INSTANCES.map(async (each): Promise<SharedInstance> => {
    const { url } = await FakeInstance.start({ ...each, takesAnyToken: true, isClosed: true, rateLimits: PLENTY });
    return { kind: each.kind, url };
  });
  return JSON.stringify(await Promise.all(started));
}

const instances = (): SharedInstance[] => JSON.parse(process.env.TEST_INSTANCES ?? '[]');

/** @param index index among the instances of the kind */
export function sharedInstanceUrl(kind: PlatformType = 'mastodon', index = 0): string {
  const urls = instances()
    .filter((each) => each.kind === kind)
    .map(({ url }) => url);
  return urls[index % urls.length]!;
}

/** ALLOW_PRIVATE_INSTANCES with the shared instances. @param others further instances that the server may call */
export function withSharedInstances(others = ''): string {
  return [others, ...instances().map(({ url }) => new URL(url).host)].filter(Boolean).join(',');
}
