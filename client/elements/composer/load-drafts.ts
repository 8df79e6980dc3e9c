/** A file of its own, beside the elements. */
const DRAFTS = '/client/drafts.mjs';

/** What keeps drafts is loaded only when it is wanted: most pages have none. It begins with those of who has signed out. */
export function loadDrafts(): Promise<typeof import('./drafts')> {
  return import(/* @vite-ignore */ DRAFTS);
}
