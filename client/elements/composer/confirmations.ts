/** What a person is asked before a post goes out, or elsewhere. Each answers whether to go on. */
import { confirm } from '../confirm';
import type { Attachment } from './media-list';
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

/** The server has had another version of this post: it is not sent besides by mistake. */
export function confirmDuplicate(): Promise<boolean> {
  return confirm({
    title: 'Post this as well?',
    text: 'An earlier version of this draft was posted already; you find it in your posts.',
    action: 'Post as well',
  });
}
