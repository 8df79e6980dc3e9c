/** Confirmations before a post is sent, or sent to another platform. Each resolves to whether to continue. */
import { confirm } from '../confirm';
import type { Attachment } from './media-list';
import { withoutAltText } from './post-validation';

/**
 * Images without a description are inaccessible to people who cannot see them, so they are asked about by name.
 * @param describe focuses the description of an image
 */
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

/** The server has already published another version of this draft: it must not be posted again by mistake. */
export function confirmDuplicate(): Promise<boolean> {
  return confirm({
    title: 'Post this as well?',
    text: 'An earlier version of this draft was posted already: see your posts.',
    action: 'Post as well',
  });
}
