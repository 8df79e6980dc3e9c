import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../common/app-error';
import { ConcurrencyLimit, FairTurns } from '../../common/concurrency-limit';
import { toPlatformError } from '../../fediverse/instance-error';
import { Instances } from '../../platform/instances';
import { PICTURE_TYPES } from '../../protocol/media';
import { SNIFF_BYTES, sniffMime } from '../media/sniff';
import type { Picture } from './picture';

/** Cache size of a node, and lifetime of an entry. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024;
const CACHE_TTL_MS = 60 * 60_000;
/** Larger pictures are not shown. Most instances make previews below 1 MB; some have only the original. */
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
/** Concurrent fetches per user and in total; they bound the memory in use. */
const MAX_FETCHES_PER_USER = 4;
const MAX_FETCHES = 12;

/** Pictures of instances, fetched without a token, so one copy serves all users who may see it. */
@Injectable()
export class PictureCache {
  private readonly turns = new FairTurns(MAX_FETCHES_PER_USER);
  private readonly limit = new ConcurrencyLimit(MAX_FETCHES);
  /** Concurrent requests for one URL share a fetch. */
  private readonly pictures: LRUCache<string, Picture, { userId: number }>;

  constructor(instances: Instances) {
    this.pictures = new LRUCache({
      maxSize: MAX_CACHE_BYTES,
      sizeCalculation: ({ length }) => length,
      ttl: CACHE_TTL_MS,
      fetchMethod: (url, _stale, { context }) =>
        this.turns.run(context.userId, () =>
          this.limit.run(async () => toPicture(await instances.file(url, MAX_PICTURE_BYTES))),
        ),
    });
  }

  /** @throws AppError NOT_FOUND if there is no picture at the URL; PLATFORM_UNREACHABLE, PLATFORM_REJECTED */
  async read(url: string, userId: number): Promise<Picture> {
    try {
      const picture = await this.pictures.fetch(url, { context: { userId } });
      if (picture) return picture;
    } catch (error) {
      throw toPlatformError(error);
    }
    throw new AppError('NOT_FOUND');
  }
}

/** Takes the type from the first bytes; the instance's content type is not trusted. */
function toPicture(bytes: Buffer | null): Picture | undefined {
  const type = bytes && sniffMime(bytes.subarray(0, SNIFF_BYTES));
  return bytes && type && PICTURE_TYPES.has(type) ? { bytes, type, length: bytes.length } : undefined;
}
