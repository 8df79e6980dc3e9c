import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RATE_BUDGETS } from '../../cluster/budgets';
import { type Throttle, Throttles } from '../../cluster/throttle';
import { AppError } from '../../common/app-error';
import { ConcurrencyLimit, KeyedConcurrencyLimit } from '../../common/concurrency-limit';
import { toPlatformError } from '../../fediverse/instance-error';
import { Instances } from '../../platform/instances';
import { PICTURE_TYPES } from '../../protocol/media';
import { SNIFF_BYTES, sniffMime } from '../media/sniff';
import type { Picture } from './picture';

/** Cache size of a node, and lifetime of an entry. */
const MAX_CACHE_BYTES = 64 * 1024 * 1024;
const CACHE_TTL_MS = 60 * 60_000;
const MAX_FAILURES = 10_000;
const FAILURE_TTL_MS = 60_000;
/** Of a failure that may be over soon. */
const SHORT_FAILURE_TTL_MS = 5000;
/** Larger pictures are not shown. Most instances make previews below 1 MB; some have only the original. */
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
/** Concurrent fetches per user and in total; they bound the memory in use. */
const MAX_FETCHES_PER_USER = 4;
const MAX_FETCHES = 12;

/** Pictures of instances, fetched without a token, so one copy serves all users who may see it. */
@Injectable()
export class PictureCache {
  private readonly turns = new KeyedConcurrencyLimit(MAX_FETCHES_PER_USER);
  private readonly limit = new ConcurrencyLimit(MAX_FETCHES);
  private readonly fetches: Throttle;
  /** By URL: what is not there is not asked for again at once. */
  private readonly failures = new LRUCache<string, AppError>({ max: MAX_FAILURES, ttl: FAILURE_TTL_MS });
  /** Concurrent requests for one URL share a fetch. */
  private readonly pictures: LRUCache<string, Picture, { userId: number }>;

  constructor(instances: Instances, throttles: Throttles) {
    this.fetches = throttles.create(RATE_BUDGETS.picturesPerPerson);
    this.pictures = new LRUCache({
      maxSize: MAX_CACHE_BYTES,
      sizeCalculation: ({ length }) => length,
      ttl: CACHE_TTL_MS,
      fetchMethod: (url, _stale, { context }) =>
        this.turns.run(context.userId, () =>
          this.limit.run(async () => {
            await this.fetches.take(String(context.userId));
            return toPicture(await instances.file(url, MAX_PICTURE_BYTES));
          }),
        ),
    });
  }

  /** @throws AppError NOT_FOUND if there is no picture at the URL; PLATFORM_UNREACHABLE, PLATFORM_REJECTED, RATE_LIMITED */
  async read(url: string, userId: number): Promise<Picture> {
    const failure = this.failures.get(url);
    if (failure) throw failure;
    try {
      const picture = await this.pictures.fetch(url, { context: { userId } });
      if (picture) return picture;
      throw new AppError('NOT_FOUND');
    } catch (reason) {
      const error = toPlatformError(reason);
      if (error instanceof AppError && error.code !== 'RATE_LIMITED') {
        const ttl = error.code === 'PLATFORM_UNREACHABLE' ? SHORT_FAILURE_TTL_MS : FAILURE_TTL_MS;
        this.failures.set(url, error, { ttl });
      }
      throw error;
    }
  }
}

/** Takes the type from the first bytes; the instance's content type is not trusted. */
function toPicture(bytes: Buffer | null): Picture | undefined {
  const type = bytes && sniffMime(bytes.subarray(0, SNIFF_BYTES));
  return bytes && type && PICTURE_TYPES.has(type) ? { bytes, type, length: bytes.length } : undefined;
}
