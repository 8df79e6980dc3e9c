/** A separate file, next to the elements. */
const DRAFTS = '/client/drafts.mjs';

/**
 * Loads the draft store on demand: most pages need none. Loading it first removes the drafts of users who have signed
 * out.
 */
export function loadDrafts(): Promise<typeof import('./drafts')> {
  return import(/* @vite-ignore */ DRAFTS);
}
