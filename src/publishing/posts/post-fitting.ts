/** Checks a post against the limits of its instance. */
import { AppError, invalidField } from '../../common/app-error';
import { TOP_LEVEL_DOMAINS } from '../../common/top-level-domains';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { CHARACTER_LIMITS, type MediaLimitsView } from '../../protocol/http';
import { descriptionLength } from '../../protocol/media';
import { MAX_TEXT_LENGTH } from '../../protocol/post-bounds';
import { charactersPerUrlOf, postLength } from '../../protocol/post-length';
import type { CreatePostDto } from './post.dto';

/** Pixelfed's limits, which its API does not report; characters. */
const PIXELFED_WARNING_LENGTH = 140;
const PIXELFED_DESCRIPTION_LENGTH = 1000;

/** Media limits that the instance has reported; null until then. */
export function mediaLimitsOf({ platformType, mediaLimits }: PlatformConnection): MediaLimitsView | null {
  if (mediaLimits === null) return null;
  const limits = JSON.parse(mediaLimits) as MediaLimitsView;
  if (platformType !== 'pixelfed') return limits;
  return { ...limits, description_length: Math.min(limits.description_length, PIXELFED_DESCRIPTION_LENGTH) };
}

/** @throws AppError VALIDATION_ERROR with the field, and with limit and count if a number is exceeded */
export function requireFitting(platform: PlatformConnection, form: CreatePostDto): void {
  const over = (field: string, limit: number, count: number, message: string): void => {
    if (count > limit) throw new AppError('VALIDATION_ERROR', { details: [{ field, message, limit, count }] });
  };
  const limit = platform.maxCharacters ?? CHARACTER_LIMITS[platform.platformType];
  const perUrl = charactersPerUrlOf(platform.platformType, platform.charactersPerUrl);
  const count = postLength(form.content, form.spoiler_text ?? '', perUrl, TOP_LEVEL_DOMAINS);
  over('content', limit, count, `The post has ${count} characters; ${platform.name} takes ${limit}`);
  for (const field of ['content', 'spoiler_text'] as const) {
    over(
      field,
      MAX_TEXT_LENGTH,
      form[field]?.length ?? 0,
      `No more than ${MAX_TEXT_LENGTH} characters of it can be kept`,
    );
  }
  if (platform.platformType === 'pixelfed') {
    const warning = form.spoiler_text ?? '';
    const most = PIXELFED_WARNING_LENGTH;
    over(
      'spoiler_text',
      most,
      descriptionLength(warning),
      `${platform.name} takes a content warning of ${most} characters`,
    );
    if (form.visibility === 'direct') throw invalidField('visibility', `${platform.name} knows no direct posts`);
    // Pixelfed treats this as mark-up and removes it without an error.
    if (/<\S/.test(form.content)) {
      throw invalidField('content', `${platform.name} drops what follows a "<"; put a space after it`);
    }
  }
  const images = form.media_ids?.length ?? 0;
  if (form.content.trim() === '' && images === 0) throw invalidField('content', 'A post needs text or an image');
  const media = mediaLimitsOf(platform);
  // Without known limits the instance itself checks the media.
  if (!media) return;
  const most = media.max_attachments;
  over('media_ids', most, images, `The post has ${images} images; ${platform.name} takes ${most}`);
  if (platform.platformType === 'pixelfed' && images === 0) {
    throw invalidField('media_ids', `${platform.name} takes no post without an image`);
  }
}
