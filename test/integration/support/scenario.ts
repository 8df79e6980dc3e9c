import type { PlatformView } from '../../../src/protocol/http';
import type { TestClient } from '../../support/http-client';
import { sharedInstanceUrl } from '../../support/shared-instances';

const KINDS = [
  { name: 'Town', platform_type: 'mastodon' },
  { name: 'Photos', platform_type: 'pixelfed' },
  { name: 'Work', platform_type: 'mastodon' },
] as const;

/** Three platforms for a signed-in client; the first is the default and active. */
export async function connectPlatforms(client: TestClient): Promise<PlatformView[]> {
  const platforms: PlatformView[] = [];
  for (const { name, platform_type } of KINDS) {
    const instance_url = sharedInstanceUrl(platform_type);
    const form = { name, platform_type, instance_url, access_token: `token-of-${name}` };
    const answer = await client.post<PlatformView>('/api/platforms', form);
    if (answer.status !== 201) throw new Error(`Not connected: ${answer.text}`);
    platforms.push(answer.body);
  }
  return platforms;
}
