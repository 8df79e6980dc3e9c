/** A user with an object of every kind, for tests that attack them. */
import type { PlatformView, PostView, RestSessionState } from '../../../src/protocol/http';
import { TestClient } from '../../support/http-client';
import { connectPlatforms } from './scenario';

export interface Household {
  client: TestClient;
  user: number;
  platforms: PlatformView[];
  /** Another device of the same user. */
  device: TestClient;
  deviceSession: string;
  /** On the active platform. */
  post: number;
  image: number;
}

/** Enough bytes to be recognised as a picture. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const MULTIPART = 'multipart/form-data; boundary=edge';

export function pictureForm(): Buffer {
  const head =
    '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n';
  return Buffer.concat([Buffer.from(head), PNG, Buffer.from('\r\n--edge--\r\n')]);
}

/** @returns the id of a picture that no post uses yet */
export async function upload(client: TestClient, platformId: number): Promise<number> {
  const headers = { 'content-type': MULTIPART, 'x-platform-id': String(platformId), 'x-platform-pinned': 'true' };
  const answer = await client.post<{ id: number }>('/api/media', pictureForm(), { headers });
  if (answer.status !== 201) throw new Error(`Not uploaded: ${answer.text}`);
  return answer.body.id;
}

/** A user with three platforms, two devices and a post on each platform. */
export async function household(url: string, client = new TestClient(url)): Promise<Household> {
  if (!client.cookie) await client.register();
  const platforms = await connectPlatforms(client);
  const posts: number[] = [];
  for (const { id } of platforms) {
    const headers = { 'x-platform-id': String(id), 'x-platform-pinned': 'true' };
    posts.push((await client.post<PostView>('/api/posts', { content: `a post on ${id}` }, { headers })).body.id);
  }
  const image = await upload(client, platforms[0]!.id);
  const device = client.device('another device');
  const { session, user } = (await device.login()).body as RestSessionState;
  return { client, user: user.id, platforms, device, deviceSession: session.id, post: posts[0]!, image };
}
