/** Checks files and posts against the limits of the platform before anything is sent. The server checks as well. */
import { CHARACTER_LIMITS, type MediaLimitsView } from '../../../src/protocol/http';
import { acceptedTypes, descriptionLength, maxDescriptionLength, maxFileBytes } from '../../../src/protocol/media';
import { characters, postLength } from '../../../src/protocol/post-length';
import { topLevelDomains } from '../../core/top-level-domains';
import type { PostText } from './draft-repository';
import type { Platform } from './post-target';

const MEGABYTE = 1024 * 1024;

/** The part of a post that an error is about, by the field names of the API; `form`: the post as a whole. */
export const ERROR_FIELDS = [
  'content',
  'spoiler_text',
  'title',
  'visibility',
  'language',
  'media_ids',
  'form',
] as const;
export type ErrorField = (typeof ERROR_FIELDS)[number];

export interface Problem {
  field: ErrorField;
  /** Shown to the user. */
  message: string;
}

export interface WithAltText {
  file: Pick<File, 'name'>;
  altText: string;
}

export function characterLimit({ maxCharacters, type }: Platform): number {
  return maxCharacters ?? CHARACTER_LIMITS[type];
}

/** @returns the number of remaining characters; negative if there are too many */
export function charactersLeft(
  platform: Platform,
  { content, spoiler_text }: PostText,
  domains = topLevelDomains(),
): number {
  return characterLimit(platform) - postLength(content, spoiler_text, platform.charactersPerUrl ?? null, domains);
}

/**
 * @param limits of the instance; null while unknown
 * @param already number of files that are attached already
 * @returns the accepted files, and the reason for each rejected one
 */
export function sortFiles<F extends Pick<File, 'name' | 'type' | 'size'>>(
  files: readonly F[],
  { name }: Platform,
  limits: MediaLimitsView | null,
  already: number,
): { taken: F[]; refused: string[] } {
  const taken: F[] = [];
  const refused: string[] = [];
  for (const file of files) {
    const most = maxFileBytes(limits, file.type);
    // Browsers do not know every type. The server inspects the content.
    if (file.type && !acceptedTypes(limits).includes(file.type)) {
      refused.push(`${file.name} is of a kind that ${name} does not take.`);
    } else if (file.size > most) {
      refused.push(
        `${file.name} is larger than the ${Math.floor((10 * most) / MEGABYTE) / 10} MB that can be sent to ${name}.`,
      );
    } else if (limits && already + taken.length >= limits.max_attachments) {
      refused.push(`${file.name} is one too many: ${name} takes ${limits.max_attachments} in a post.`);
    } else {
      taken.push(file);
    }
  }
  return { taken, refused };
}

/** @returns why the post cannot be sent as it is; null if it can */
export function validationProblem(
  platform: Platform,
  text: PostText,
  files: readonly WithAltText[],
  limits: MediaLimitsView | null,
): Problem | null {
  const { name } = platform;
  const left = charactersLeft(platform, text);
  const isEmpty = text.content.trim() === '';
  const long = files.find(({ altText }) => descriptionLength(altText) > maxDescriptionLength(limits));
  if (platform.needsReconnect) return about('form', `${name} must be connected again before it can post.`);
  if (left < 0) return about('content', `The post is ${characters(-left)} too long for ${name}.`);
  if (isEmpty && files.length === 0) return about('content', 'There is nothing to post yet.');
  if (long) {
    const message = `The description of ${long.file.name} is longer than ${maxDescriptionLength(limits)} characters.`;
    return about('media_ids', message);
  }
  // Without known limits, the instance checks the post when it is sent.
  if (!limits) return null;
  const most = limits.max_attachments;
  if (files.length > most) return about('media_ids', `${name} takes ${most} files in a post.`);
  if (platform.type === 'pixelfed' && files.length === 0) {
    return about('media_ids', `${name} takes no post without an image.`);
  }
  return null;
}

const about = (field: ErrorField, message: string): Problem => ({ field, message });

/** @returns the files without a description */
export function withoutAltText<D extends WithAltText>(files: readonly D[]): D[] {
  return files.filter(({ altText }) => altText.trim() === '');
}
