import type { PostView } from '../../../src/protocol/http';

/** Newest first, in the server's order: by creation time, then by id. */
function byAge(a: PostView, b: PostView): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1;
  return b.id - a.id;
}

/**
 * Returns the list with one post replaced, or inserted by its age.
 * @param more whether older posts are not loaded yet: a post that is older than the loaded ones is then left out
 */
export function withPost(posts: readonly PostView[], post: PostView, more: boolean): PostView[] {
  const others = posts.filter(({ id }) => id !== post.id);
  const last = others.at(-1);
  const known = others.length < posts.length;
  if (!known && more && last && byAge(last, post) < 0) return [...posts];
  return [...others, post].sort(byAge);
}
