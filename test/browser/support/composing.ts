/** Writing a post in a tab. */
import type { Page } from 'playwright-core';
import type { PostsView, PostView } from '../../../src/protocol/http';
import type { Person } from './people';

export const text = (tab: Page) => tab.getByLabel('Text', { exact: true });
export const post = (tab: Page) => tab.getByRole('button', { name: 'Post', exact: true });
export const keep = (tab: Page) => tab.getByRole('button', { name: 'Keep posting as Alpha' });

/** Opens the content warning field. */
export async function warningField(tab: Page) {
  await tab.getByRole('button', { name: 'Content warning' }).click();
  return tab.getByLabel('Content warning text');
}

/** Texts, and the number of characters that the platforms count for each. */
export const AS_COUNTED: readonly [words: string, counted: number][] = [
  ['👨‍👩‍👧‍👦', 1],
  [`https://example.org/${'x'.repeat(40)}`, 23],
  ['@a@host', 2],
  ['@a@host.example', 2],
  ['', 0],
];

/** Switches to another platform, in the same session. */
export async function switchTo({ client, platforms }: Person, index: number): Promise<number> {
  const { id } = platforms[index]!;
  expect((await client.post(`/api/switch_platform/${id}`, {})).status).toBe(200);
  return id;
}

export async function postsOf({ client, platforms }: Person, index: number): Promise<PostView[]> {
  const headers = { 'x-platform-id': String(platforms[index]!.id), 'x-platform-pinned': 'true' };
  return (await client.get<PostsView>('/api/posts', { headers })).body.posts;
}

/** Counts the POST requests to `path` from now on. */
export function sendings(tab: Page, path = '/api/posts'): { count: number } {
  const sent = { count: 0 };
  tab.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith(path)) sent.count += 1;
  });
  return sent;
}
