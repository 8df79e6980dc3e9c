/** What a person is asked before a post goes out. Each answers whether to go on. */
import { confirm } from '../confirm';
import type { DraftKeeper } from './draft-keeper';
import { undescribed } from './fitting';
import type { Attachment } from './media-tray';

/** An image without words is nothing to who cannot see it: asked about by name. @param describe goes to its words */
export async function isDescribed(items: Attachment[], describe: (index: number) => void): Promise<boolean> {
  const [first, ...others] = undescribed(items);
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

/** What may have been sent, by another tab or without an answer, is not sent once more by mistake. */
export async function isNew(keeper: DraftKeeper): Promise<boolean> {
  if (!keeper.wasSent) return true;
  const text = 'This may have been sent already, word for word.';
  return confirm({ title: 'Post this a second time?', text, action: 'Post again' });
}
