import { Injectable, Logger } from '@nestjs/common';
import { LessThan, LessThanOrEqual } from 'typeorm';
import { Clock } from '../common/clock';
import { describeError } from '../common/describe-error';
import { RateLimitPause } from '../database/entities/rate-limit-pause.entity';
import { UnitOfWork } from '../database/unit-of-work';
import type { RateLimitPauses } from '../fediverse/rate-limit-pauses';

/** Rate limits in the database, so that they apply to all nodes and survive a restart. */
@Injectable()
export class StoredPauses implements RateLimitPauses {
  private readonly logger = new Logger('Instances');

  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async left(caller: string): Promise<number> {
    const pause = await this.work.read((em) => em.findOne(RateLimitPause, { where: { caller } }));
    return Math.max((pause?.endsAt.getTime() ?? 0) - this.clock.now().getTime(), 0);
  }

  /** Never rejects: a database error must not hide the instance's answer. */
  async pause(caller: string, ms: number): Promise<void> {
    const now = this.clock.now();
    const endsAt = new Date(now.getTime() + ms);
    const write = this.work.write(async (tx) => {
      await tx.em.delete(RateLimitPause, { endsAt: LessThanOrEqual(now) });
      await tx.em.createQueryBuilder().insert().into(RateLimitPause).values({ caller, endsAt }).orIgnore().execute();
      // A concurrent request may have received a longer one.
      await tx.em.update(RateLimitPause, { caller, endsAt: LessThan(endsAt) }, { endsAt });
    });
    await write.catch((error: unknown) =>
      this.logger.warn(`A rate limit could not be stored: ${describeError(error)}`),
    );
  }
}
