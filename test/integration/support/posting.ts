/** Writes posts and checks their status, as a client does. */
import { randomBytes } from 'node:crypto';
import type { ImportView, MediaView, PlatformView, PostsView, PostView } from '../../../src/protocol/http';
import { eventually } from '../../support/eventually';
import type { Answer, TestClient } from '../../support/http-client';

/** The headers that name a platform. */
export const named = (id: number, pinned = false) => ({
  headers: { 'x-platform-id': String(id), ...(pinned && { 'x-platform-pinned': 'true' }) },
});

/** Has the signature of a PNG, and is unique. */
export const picture = () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(40)]);

export async function postsOf(client: TestClient, { id }: PlatformView): Promise<PostView[]> {
  return (await client.get<PostsView>('/api/posts?limit=200', named(id, true))).body.posts;
}

export async function postOf(client: TestClient, platform: PlatformView, id: number): Promise<PostView> {
  return (await postsOf(client, platform)).find((post) => post.id === id)!;
}

/** @throws Error if it is rejected */
export async function write(client: TestClient, { id }: PlatformView, content: string, more = {}): Promise<PostView> {
  const { status, body } = await client.post<PostView>('/api/posts', { content, ...more }, named(id, true));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

/** The post once it matches `expected`. */
export function becomes(
  client: TestClient,
  platform: PlatformView,
  id: number,
  expected: Partial<PostView>,
  timeout = 30_000,
): Promise<PostView> {
  const look = async () => {
    const post = await postOf(client, platform, id);
    expect(post).toMatchObject(expected);
    return post;
  };
  return eventually(look, { timeout, interval: 100 });
}

export const published = (client: TestClient, platform: PlatformView, id: number, timeout?: number) =>
  becomes(client, platform, id, { status: 'published', error: null }, timeout);

export type Uploaded = MediaView & { error_code: string; details: { field: string; limit?: number }[] };

/** Uploads a file as a browser does. */
export async function upload(
  client: TestClient,
  { id }: PlatformView,
  bytes: Buffer,
  altText?: string,
  field = 'file',
): Promise<Answer<Uploaded>> {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png');
  if (altText !== undefined) form.set('alt_text', altText);
  const encoded = new Response(form);
  const headers = { ...named(id, true).headers, 'content-type': encoded.headers.get('content-type')! };
  return client.request('POST', '/api/media', { body: Buffer.from(await encoded.arrayBuffer()), headers });
}

export const importOf = async (client: TestClient, { id }: PlatformView): Promise<ImportView> =>
  (await client.get<ImportView>(`/api/platforms/${id}/import`)).body;

/** Waits for the end of a running import; starts none. */
export function importEnds(client: TestClient, platform: PlatformView): Promise<ImportView> {
  const ended = async () => {
    const state = await importOf(client, platform);
    expect(state.running).toBe(false);
    return state;
  };
  return eventually(ended, { timeout: 20_000 });
}
