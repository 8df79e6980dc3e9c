import type { DraftPlace } from '../../elements/composer/draft-repository';
import { loadDrafts } from '../../elements/composer/load-drafts';

/** An image has one draft, in a place of its own: those of platforms have ids above zero. */
const placeOf = (userId: number, imageId: number): DraftPlace => ({ userId, platformId: -imageId });
const ID = 'description';

/** What was written of this image and never saved; empty where nothing was, or the person has signed out since. */
export async function readDescriptionDraft(userId: number, imageId: number): Promise<string> {
  const { drafts } = await loadDrafts();
  const [draft] = await drafts.list(placeOf(userId, imageId));
  return draft?.text.content ?? '';
}

/** Kept until the description is saved, or emptied, or the person signs out: as a draft of a post is. */
export async function saveDescriptionDraft(userId: number, imageId: number, content: string): Promise<void> {
  const { drafts } = await loadDrafts();
  const place = placeOf(userId, imageId);
  if (content.trim() !== '') {
    const text = { title: '', content, spoiler_text: '', visibility: 'public', language: '' } as const;
    // A browser that keeps nothing has no drafts, and all else goes on.
    drafts.save(place, { id: ID, key: '', text, files: [] }, () => {});
    return;
  }
  for (const { id, savedAt } of await drafts.list(place)) await drafts.remove(place, id, savedAt);
}
