/** What a person is asked before a post goes out, or elsewhere. Each answers whether to go on. */
import { confirm } from '../confirm';
import type { DraftAutosave } from './draft-autosave';
import type { Attachment } from './media-list';
import type { Platform } from './post-target';
import { withoutAltText } from './post-validation';

/** An image without words is nothing to who cannot see it: asked about by name. @param describe goes to its words */
export async function confirmMissingAltText(items: Attachment[], describe: (index: number) => void): Promise<boolean> {
  const [first, ...others] = withoutAltText(items);
  if (!first) return true;
  const names = new Intl.ListFormat('en').format([first, ...others].map(({ file }) => file.name));
  const meant = await confirm({
    title: `${names} ${others.length > 0 ? 'have' : 'has'} no description`,
    text: 'It is read out to people who cannot see the picture.',
    action: 'Post anyway',
    otherwise: 'Describe it',
  });
  if (!meant) describe(items.indexOf(first));
  return meant;
}

/**
 * What may have been sent, by another tab or without an answer, is not sent once more by mistake.
 * @param free whether nobody else is at it
 */
export async function confirmDuplicate(autosave: DraftAutosave, free: boolean): Promise<boolean> {
  if (free && !autosave.wasSent) return true;
  const text = 'This may have been sent already.';
  return confirm({ title: 'Post this a second time?', text, action: 'Post again' });
}

/** What was begun for the platform that the post moves to is not lost without a word. */
export async function confirmReplaceDraft(autosave: DraftAutosave, { id, name }: Platform): Promise<boolean> {
  if (!(await autosave.at(id))) return true;
  const text = 'You have begun another post there, and it would be lost.';
  return confirm({ title: `Replace the draft for ${name}?`, text, action: 'Replace it' });
}
