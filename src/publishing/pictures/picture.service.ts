import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { UnitOfWork } from '../../database/unit-of-work';
import { PlatformRepository } from '../../platform/platform.repository';
import type { PendingImagesView } from '../../protocol/http';
import { PICTURE_TYPES } from '../../protocol/media';
import type { SessionContext } from '../../session/session-context';
import { PublishingRepository } from '../outbox/publishing.repository';
import { toImageView } from '../posts/post.views';
import type { Picture } from './picture';
import { PictureRepository } from './picture.repository';
import { PictureCache } from './picture-cache';

/** Pictures of the user's own posts and accounts, proxied so that browsers never contact an instance. */
@Injectable()
export class PictureService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly platforms: PlatformRepository,
    private readonly pictures: PictureRepository,
    private readonly queue: PublishingRepository,
    private readonly cache: PictureCache,
  ) {}

  /**
   * The avatar of one of the caller's accounts.
   * @throws AppError PLATFORM_NOT_FOUND; NOT_FOUND if its instance has reported none; PLATFORM_UNREACHABLE
   */
  async avatar({ user }: SessionContext, platformId: number): Promise<Picture> {
    const platform = await this.work.read((em) => this.platforms.find(em, user.id, platformId));
    if (!platform) throw new AppError('PLATFORM_NOT_FOUND');
    if (!platform.avatarUrl) throw new AppError('NOT_FOUND');
    return this.cache.read(platform.avatarUrl, user.id);
  }

  /**
   * An image of the caller: fetched from its instance if that has shown it, otherwise the stored upload.
   * @throws AppError NOT_FOUND, PLATFORM_UNREACHABLE
   */
  async image({ user }: SessionContext, id: number): Promise<Picture> {
    const image = await this.work.read((em) => this.pictures.find(em, user.id, id));
    if (image?.url) return this.cache.read(image.url, user.id);
    const { mimeType: type, size: length } = image ?? {};
    const first = type && length && PICTURE_TYPES.has(type) && (await this.chunk(id, 0));
    if (!first) throw new AppError('NOT_FOUND');
    return { bytes: Readable.from(this.chunks(id, first)), length, type };
  }

  /**
   * Images of posts of a platform that have no description, newest first.
   * @param limit maximum number of images
   * @param beforeId id of the last image of the previous page
   */
  pending(platformId: number, limit: number, beforeId?: number): Promise<PendingImagesView> {
    return this.work.read(async (em) => {
      const rows = await this.pictures.pending(em, platformId, limit + 1, beforeId);
      const page = rows.slice(0, limit);
      return {
        images: page.map((image) => ({
          ...toImageView(image),
          platform_id: platformId,
          post: {
            id: image.post!.id,
            content: image.post!.content,
            spoiler_text: image.post!.spoilerText,
            url: image.post!.postUrl,
            created_at: image.post!.createdAt.toISOString(),
          },
        })),
        total: await this.pictures.countPending(em, platformId),
        next_before_id: rows.length > limit ? page.at(-1)!.id : null,
      };
    });
  }

  /** Streams an upload in chunks, so that a file is never entirely in memory. */
  private async *chunks(imageId: number, first: Buffer): AsyncGenerator<Buffer> {
    let bytes: Buffer | null = first;
    for (let position = 1; bytes; position++) {
      yield bytes;
      bytes = await this.chunk(imageId, position);
    }
  }

  private chunk(imageId: number, position: number): Promise<Buffer | null> {
    return this.work.read((em) => this.queue.bytesOf(em, imageId, position));
  }
}
