import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../common/app-error';
import { ConcurrencyLimit, FairTurns } from '../../common/concurrency-limit';
import { toPlatformError } from '../../fediverse/instance-error';
import { Instances } from '../../platform/instances';
import { PICTURE_TYPES } from '../../protocol/media';
import { SNIFF_BYTES, sniffMime } from '../media/sniff';
import type { Picture } from './picture';

/** All that is kept in the memory of a node, and for how long. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024;
const CACHE_TTL_MS = 60 * 60_000;
/** Larger ones are not shown. Instances make previews of less than 1 MB; some have the original alone. */
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
/** Read at the same time: of one person, and in all. What they hold in memory is bounded by it. */
const MAX_FETCHES_PER_USER = 4;
const MAX_FETCHES = 12;

/** Pictures of instances, read by the guarded fetch as a stranger: no token is sent, so one copy serves all who may see it. */
@Injectable()
export class PictureCache {
  private readonly turns = new FairTurns(MAX_FETCHES_PER_USER);
  private readonly limit = new ConcurrencyLimit(MAX_FETCHES);
  /** Several requests for one address read it once. */
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

  /** @throws AppError NOT_FOUND where there is no picture at the address, PLATFORM_UNREACHABLE */
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

/** What it is, its first bytes say, and not the instance. */
function toPicture(bytes: Buffer | null): Picture | undefined {
  const type = bytes && sniffMime(bytes.subarray(0, SNIFF_BYTES));
  return bytes && type && PICTURE_TYPES.has(type) ? { bytes, type, length: bytes.length } : undefined;
}
