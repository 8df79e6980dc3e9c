/** Every unsafe route of the contract, with a request that would do something if it were let through. */
import { randomUUID } from 'node:crypto';
import type { PlatformView, PostView, RestSessionState } from '../../../src/protocol/http';
import { type RequestOptions, TestClient } from '../../support/http-client';
import { connectPlatforms } from './scenario';

export interface UnsafeRoute {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Household {
  client: TestClient;
  platforms: PlatformView[];
  /** Another device of the same person. */
  device: TestClient;
  deviceSession: string;
  /** On the active platform. */
  post: number;
  image: number;
}

/** Bytes enough to be told for a picture. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const MULTIPART = 'multipart/form-data; boundary=edge';

function pictureForm(): Buffer {
  const head =
    '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n';
  return Buffer.concat([Buffer.from(head), PNG, Buffer.from('\r\n--edge--\r\n')]);
}

/** @returns the id of a picture that waits for a post */
export async function upload(client: TestClient, platformId: number): Promise<number> {
  const headers = { 'content-type': MULTIPART, 'x-platform-id': String(platformId), 'x-platform-pinned': 'true' };
  const answer = await client.post<{ id: number }>('/api/media', pictureForm(), { headers });
  if (answer.status !== 201) throw new Error(`Not uploaded: ${answer.text}`);
  return answer.body.id;
}

/** A person with three platforms, two devices and a post on each platform. */
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
  const { session } = (await device.login()).body as RestSessionState;
  return { client, platforms, device, deviceSession: session.id, post: posts[0]!, image };
}

/** Aimed at what this household has. Sign-in and registration, which know no session yet, are not among them. */
export function unsafeRoutes({ platforms, deviceSession, post, image }: Household): UnsafeRoute[] {
  const [active, other] = platforms as [PlatformView, PlatformView];
  const platform = { name: 'New', platform_type: 'mastodon', instance_url: 'https://new.example', access_token: 't' };
  const connect = { platform_type: 'mastodon', instance_url: 'https://new.example' };
  const password = { current_password: 'correct horse battery staple', new_password: 'taken over by somebody' };
  const fence = { 'x-platform-id': String(active.id) };
  const routes: Omit<UnsafeRoute, 'name'>[] = [
    { method: 'POST', path: '/api/auth/logout' },
    { method: 'POST', path: '/api/auth/password', body: password },
    { method: 'POST', path: '/api/session/extend' },
    { method: 'DELETE', path: `/api/sessions/${deviceSession}` },
    { method: 'POST', path: '/api/sessions/end_others' },
    { method: 'POST', path: `/api/switch_platform/${other.id}`, body: {} },
    { method: 'POST', path: '/api/session/follow' },
    { method: 'POST', path: '/api/platforms', body: platform },
    { method: 'PATCH', path: `/api/platforms/${active.id}`, body: { name: 'Renamed' } },
    { method: 'DELETE', path: `/api/platforms/${active.id}` },
    { method: 'POST', path: `/api/platforms/${other.id}/default` },
    { method: 'POST', path: `/api/platforms/${active.id}/test` },
    { method: 'POST', path: '/api/posts', body: { content: 'forged' }, headers: fence },
    { method: 'POST', path: '/create_post', body: { content: 'forged', platform_id: String(active.id) } },
    { method: 'POST', path: `/api/posts/${post}/retry`, headers: fence },
    { method: 'DELETE', path: `/api/posts/${post}`, headers: fence },
    { method: 'POST', path: '/api/media', body: pictureForm(), headers: { ...fence, 'content-type': MULTIPART } },
    { method: 'PATCH', path: `/api/media/${image}`, body: { alt_text: 'forged' }, headers: fence },
    { method: 'DELETE', path: `/api/media/${image}`, headers: fence },
    { method: 'POST', path: '/api/platforms/connect', body: connect },
    { method: 'POST', path: '/api/cleanup_sessions' },
    { method: 'POST', path: '/api/admin/sessions/validate', body: { pairs: [[deviceSession, 1]] } },
    { method: 'POST', path: '/api/admin/sessions/cleanup', body: { user_ids: [1] } },
    { method: 'DELETE', path: `/api/admin/sessions/${deviceSession}` },
    { method: 'POST', path: '/api/admin/users/1/disable' },
    { method: 'POST', path: '/api/admin/users/1/enable' },
  ];
  return routes.map((route) => ({
    ...route,
    name: `${route.method} ${route.path.replaceAll(/\/([\w-]{36}|\d+)(?=\/|$)/g, '/:id')}`,
  }));
}

/** Those that this version of the server has: a stranger is told of any other that it is not there. */
export async function existing(url: string, routes: UnsafeRoute[]): Promise<UnsafeRoute[]> {
  const stranger = new TestClient(url);
  const found: UnsafeRoute[] = [];
  for (const route of routes) {
    const { status } = await send(stranger, route);
    if (status === 401) found.push(route);
    else if (status !== 404) throw new Error(`${route.name} answers a stranger with ${status}`);
  }
  return found;
}

export function send(client: TestClient, { method, path, body, headers }: UnsafeRoute, more: RequestOptions = {}) {
  return client.request(method, path, { body, ...more, headers: { ...headers, ...more.headers } });
}

/** Headers that no session ever gave out. */
export const unknownToken = () => ({ 'x-csrftoken': randomUUID() });
