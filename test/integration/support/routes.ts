/** Every unsafe route of the contract, with a request that would do something if it were let through. */
import { randomUUID } from 'node:crypto';
import type { PlatformView, RestSessionState } from '../../../src/protocol/http';
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
}

/** A person with three platforms, two devices and a post on each platform. */
export async function household(url: string, client = new TestClient(url)): Promise<Household> {
  if (!client.cookie) await client.register();
  const platforms = await connectPlatforms(client);
  for (const { id } of platforms) {
    const headers = { 'x-platform-id': String(id), 'x-platform-pinned': 'true' };
    await client.post('/api/posts', { content: `a post on ${id}` }, { headers });
  }
  const device = client.device('another device');
  const { session } = (await device.login()).body as RestSessionState;
  return { client, platforms, device, deviceSession: session.id };
}

/** Aimed at what this household has. Sign-in and registration, which know no session yet, are not among them. */
export function unsafeRoutes({ platforms, deviceSession }: Household): UnsafeRoute[] {
  const [active, other] = platforms as [PlatformView, PlatformView];
  const platform = { name: 'New', platform_type: 'mastodon', instance_url: 'https://new.example', access_token: 't' };
  const password = { current_password: 'correct horse battery staple', new_password: 'taken over by somebody' };
  const fence = { 'x-platform-id': String(active.id) };
  const routes: Omit<UnsafeRoute, 'name'>[] = [
    { method: 'POST', path: '/api/auth/logout' },
    { method: 'POST', path: '/api/auth/password', body: password },
    { method: 'POST', path: '/api/session/extend' },
    { method: 'DELETE', path: `/api/sessions/${deviceSession}` },
    { method: 'POST', path: '/api/sessions/end_others' },
    { method: 'POST', path: `/api/switch_platform/${other.id}`, body: {} },
    { method: 'POST', path: '/api/platforms', body: platform },
    { method: 'PATCH', path: `/api/platforms/${active.id}`, body: { name: 'Renamed' } },
    { method: 'DELETE', path: `/api/platforms/${active.id}` },
    { method: 'POST', path: `/api/platforms/${other.id}/default` },
    { method: 'POST', path: `/api/platforms/${active.id}/test` },
    { method: 'POST', path: '/api/posts', body: { content: 'forged' }, headers: fence },
    { method: 'POST', path: '/create_post', body: { content: 'forged', platform_id: String(active.id) } },
    { method: 'POST', path: '/api/cleanup_sessions' },
    { method: 'POST', path: '/api/admin/sessions/validate', body: { pairs: [[deviceSession, 1]] } },
    { method: 'POST', path: '/api/admin/sessions/cleanup', body: { user_ids: [1] } },
    { method: 'DELETE', path: `/api/admin/sessions/${deviceSession}` },
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
