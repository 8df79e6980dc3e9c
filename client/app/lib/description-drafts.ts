import type { DraftPlace } from '../../elements/composer/draft-repository';
import { loadDrafts } from '../../elements/composer/load-drafts';

/** Each image has one draft. The negative image id cannot collide with a platform id, which is above zero. */
const placeOf = (userId: number, imageId: number): DraftPlace => ({ userId, platformId: -imageId });
const ID = 'description';

/** The unsaved description of this image; empty when there is none, or when the user has signed out since. */
export async function readDescriptionDraft(userId: number, imageId: number): Promise<string> {
  const { drafts } = await loadDrafts();
  const [draft] = await drafts.list(placeOf(userId, imageId));
  return draft?.text.content ?? '';
}

/** Kept until the description is saved or emptied or the user signs out, like the draft of a post. */
export async function saveDescriptionDraft(userId: number, imageId: number, content: string): Promise<void> {
  const { drafts } = await loadDrafts();
  const place = placeOf(userId, imageId);
  if (content.trim() !== '') {
    const text = { title: '', content, spoiler_text: '', visibility: 'public', language: '' } as const;
    // A browser that stores nothing keeps no drafts; everything else works.
    drafts.save(place, { id: ID, key: '', text, files: [] }, () => {});
    return;
  }
  for (const { id, savedAt } of await drafts.list(place)) await drafts.remove(place, id, savedAt);
}
