import type { Page } from 'playwright-core';
import type { PlatformType, PlatformView } from '../../../src/protocol/http';
import { TestClient } from '../../support/http-client';
import { sharedInstanceUrl } from '../../support/shared-instances';

export interface Person {
  client: TestClient;
  platforms: PlatformView[];
}

/** A new account, signed in, with a platform for each name: Mastodon and Pixelfed in turn. The first is active. */
export async function newPerson(
  url: string,
  names: string[] = ['Alpha', 'Beta', 'Gamma'],
  username?: string,
): Promise<Person> {
  const client = new TestClient(url);
  const registered = await client.register(username ? { username } : {});
  if (registered.status !== 201) throw new Error(`Not registered: ${registered.text}`);
  const platforms: PlatformView[] = [];
  for (const [index, name] of names.entries()) {
    const platform_type: PlatformType = index % 2 ? 'pixelfed' : 'mastodon';
    const instance_url = sharedInstanceUrl(platform_type);
    const answer = await client.post<PlatformView>('/api/platforms', {
      name,
      platform_type,
      instance_url,
      access_token: `token-${index}`,
    });
    if (answer.status !== 201) throw new Error(`Not connected: ${answer.text}`);
    platforms.push(answer.body);
  }
  return { client, platforms };
}

/** By clicks in the session menu, like a user. */
export async function signOut(tab: Page): Promise<void> {
  await tab.getByRole('button', { name: /^Account of/ }).click();
  await tab.getByRole('button', { name: 'Sign out', exact: true }).click();
}
