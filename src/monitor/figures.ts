import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { Clock } from '../common/clock';
import { DomainEvents } from '../common/domain-events';
import { Metrics } from '../common/metrics';
import { Connections } from '../database/connections';
import { Post } from '../database/entities/post.entity';
import { UserSession } from '../database/entities/user-session.entity';
import { UnitOfWork } from '../database/unit-of-work';
import { LIVE_SQL, UNEXPIRED_SQL } from '../session/expiry-policy';

/** Metrics of the database, read at each scrape; every node reports the same values, except for its pool and push delays. */
@Injectable()
export class Figures {
  constructor(
    metrics: Metrics,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    connections: Connections,
    events: DomainEvents,
  ) {
    metrics.gauge('vedfolnir_live_sessions', 'Sessions that may be used, of the whole installation', () =>
      this.liveSessions(),
    );
    metrics.gauge(
      'vedfolnir_expiry_lag_seconds',
      'Seconds since the deadline of the most overdue session that has not been ended',
      () => this.expiryLag(),
    );
    metrics.gauge(
      'vedfolnir_publish_queue',
      'Posts that are queued or being published, of the whole installation',
      () => this.work.read((em) => em.count(Post, { where: { status: In(['queued', 'publishing']) } })),
    );
    metrics.gauge('vedfolnir_publish_due', 'Queued posts that are due and not claimed by a worker', () =>
      this.work.read((em) =>
        em.count(Post, { where: { status: 'queued', nextAttemptAt: LessThan(this.clock.now()) } }),
      ),
    );
    for (const state of ['open', 'idle', 'waiting'] as const) {
      const help = {
        open: 'Open database connections',
        idle: 'Idle database connections',
        waiting: 'Requests that wait for a database connection',
      }[state];
      metrics.gauge(`vedfolnir_pool_${state}`, `${help}, of this node`, () => connections.pool()[state]);
    }
    const push = metrics.histogram(
      'vedfolnir_push_seconds',
      'Seconds from a change to the handling of its event on this node',
      ['event', 'source'],
    );
    events.onAny(({ name, payload }, source) => {
      if ('at' in payload)
        push({ event: name, source }, Math.max(0, this.clock.now().getTime() - Date.parse(payload.at)) / 1000);
    });
  }

  private liveSessions(): Promise<number> {
    const now = this.clock.now();
    return this.work.read((em) => em.createQueryBuilder(UserSession, 's').where(LIVE_SQL, { now }).getCount());
  }

  private async expiryLag(): Promise<number> {
    const now = this.clock.now();
    const overdue = await this.work.read((em) =>
      em
        .createQueryBuilder(UserSession, 's')
        .where(`s.ended_at IS NULL AND NOT (${UNEXPIRED_SQL})`, { now })
        .orderBy('s.idleExpiresAt')
        .limit(1)
        .getOne(),
    );
    if (!overdue) return 0;
    const deadline = Math.min(overdue.idleExpiresAt.getTime(), overdue.absoluteExpiresAt.getTime());
    return (now.getTime() - deadline) / 1000;
  }
}
