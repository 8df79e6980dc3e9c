/** Helpers of the suites that attack the server. */
import { ERRORS, type ErrorBody, type ErrorCode } from '../../../src/protocol/errors';
import type { PlatformView, PostsView, RestSessionState } from '../../../src/protocol/http';
import { BACKENDS, type Backend, type Running } from '../../support/backends';
import type { Answer, RequestOptions, TestClient } from '../../support/http-client';
import { migratedFile } from '../../support/services';
import type { Tab } from '../../support/socket-client';

/**
 * A backend without users: the embedded database would start with its demo user, who would then be the administrator.
 */
export function startEmpty(backend: Backend, env: Record<string, string | undefined> = {}): Promise<Running> {
  const oneNode = backend === BACKENDS[0];
  return backend.start({ ...(oneNode && { DATABASE_URL: migratedFile() }), ...env });
}

/** Expects a response to match one row of the error table. */
export function expectRow(answer: Answer<unknown>, code: ErrorCode): void {
  const { success, error, error_code } = answer.body as Partial<ErrorBody>;
  expect({ status: answer.status, success, error, error_code }).toEqual({
    status: ERRORS[code].status,
    success: false,
    error: expect.any(String),
    error_code: code,
  });
}

/** Expects a response to match any row of the error table with a 4xx status. */
export function expectRefusal(answer: Answer<unknown>, what: string): void {
  const { success, error_code } = answer.body as Partial<ErrorBody>;
  const row = error_code && ERRORS[error_code];
  expect([what, answer.status, success, answer.text]).toEqual([what, row?.status, false, answer.text]);
  expect([what, answer.status >= 400 && answer.status < 500, answer.text]).toEqual([what, true, answer.text]);
  // Refusals stay short, so that they cannot be used for amplification.
  expect([what, answer.text.length < 4096]).toEqual([what, true]);
}

/** Reads without side effects: they do not count as user activity. */
const UNSEEN: RequestOptions = { headers: { 'x-background': 'true' } };

/** Everything that a user has, to be compared before and after an attack. */
export async function belongings(client: TestClient): Promise<unknown> {
  const state = await client.get<RestSessionState>('/api/session', UNSEEN);
  if (state.status !== 200) throw new Error(`Not signed in any more: ${state.text}`);
  const { server_time: _, ...session } = state.body;
  const { platforms } = (await client.get<{ platforms: PlatformView[] }>('/api/user_platforms', UNSEEN)).body;
  const { sessions } = (
    await client.get<{ sessions: { id: string; platform: PlatformView | null }[] }>('/api/sessions', UNSEEN)
  ).body;
  const posts: unknown[] = [];
  for (const { id } of platforms) {
    const headers = { 'x-background': 'true', 'x-platform-id': String(id), 'x-platform-pinned': 'true' };
    // The status of a post depends on its instance, so only its content is compared.
    for (const post of (await client.get<PostsView>('/api/posts?limit=200', { headers })).body.posts) {
      posts.push([post.id, post.platform_id, post.title, post.content, post.visibility, post.images]);
    }
  }
  const devices = sessions.map(({ id, platform }) => `${id} on ${platform?.id}`).sort();
  return { session, platforms, devices, posts };
}

/** The events that a tab has received, without those about posts. */
export function toldTo(tab: Tab): string[] {
  return tab.events.map(({ name }) => name as string).filter((name) => !/^posts?:/.test(name));
}

/** The session token in the client's cookie. */
export function secretOf(client: { cookie: string }): string {
  return (
    client.cookie
      .split('; ')
      .find((pair) => pair.startsWith('vedfolnir_session='))
      ?.split('=')[1] ?? ''
  );
}
