import type { PostView } from '../../../src/protocol/http';
import { withPost } from './post-order';

const post = (id: number, day: number, content = ''): PostView => ({
  id,
  platform_id: 1,
  title: null,
  content,
  visibility: 'public',
  spoiler_text: null,
  status: 'published',
  url: null,
  next_attempt_at: null,
  error: null,
  images: [],
  created_at: `2026-01-0${day}T00:00:00.000Z`,
  published_at: null,
});
const ids = (posts: PostView[]) => posts.map(({ id }) => id);
const loaded = [post(3, 5), post(2, 4), post(1, 4)];

it.each<[string, PostView, boolean, number[]]>([
  ['a new one first', post(9, 6), true, [9, 3, 2, 1]],
  ['one that was read in later, but is older, in its place', post(9, 4), true, [3, 9, 2, 1]],
  ['one of a page that is not there yet with that page', post(9, 3), true, [3, 2, 1]],
  ['the oldest last, where there are no more pages', post(9, 3), false, [3, 2, 1, 9]],
  ['the last one where it is', post(1, 4, 'changed'), true, [3, 2, 1]],
])('puts %s', (_, news, more, expected) => {
  const list = withPost(loaded, news, more);
  expect(ids(list)).toEqual(expected);
  const shown = list.find(({ id }) => id === news.id);
  if (shown) expect(shown).toBe(news);
});

it('inserts the first post into an empty list', () => {
  expect(ids(withPost([], post(1, 1), false))).toEqual([1]);
});
