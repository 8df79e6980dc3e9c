import type { PostView } from '../../../src/protocol/http';

/** Newest first, as the server lists them: by when they were written, then by their ids. */
function byAge(a: PostView, b: PostView): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1;
  return b.id - a.id;
}

/**
 * The list with news of one post: in the place of what was known of it, else where its age puts it.
 * @param more whether older ones are still to be read: what belongs among those comes with them
 */
export function withPost(posts: readonly PostView[], post: PostView, more: boolean): PostView[] {
  const others = posts.filter(({ id }) => id !== post.id);
  const last = others.at(-1);
  const known = others.length < posts.length;
  if (!known && more && last && byAge(last, post) < 0) return [...posts];
  return [...others, post].sort(byAge);
}
