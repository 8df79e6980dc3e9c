/** Counts over all users, for an administrator. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { AuditEvent } from '../database/entities/audit-event.entity';
import { PlatformConnection } from '../database/entities/platform-connection.entity';
import { Post } from '../database/entities/post.entity';
import { User } from '../database/entities/user.entity';
import { UserSession } from '../database/entities/user-session.entity';
import type { AuditType } from '../protocol/audit';
import type { PostStatus } from '../protocol/http';
import { LIVE_SQL } from '../session/expiry-policy';

/** Count per hour; `hour` is UTC: `2026-01-02 03`. */
export interface HourCount<T extends string> {
  hour: string;
  type: T;
  count: number;
}

export interface InstanceTrouble {
  instanceUrl: string;
  connections: number;
  refused: number;
  unanswered: number;
}

@Injectable()
export class OverviewRepository {
  async totals(em: EntityManager, now: Date) {
    return {
      people: await em.count(User),
      liveSessions: await em.createQueryBuilder(UserSession, 's').where(LIVE_SQL, { now }).getCount(),
      postsWaiting: await em.count(Post, { where: { status: In(['queued', 'publishing']) } }),
    };
  }

  /** Counts audit events. */
  eventsByHour<T extends AuditType>(em: EntityManager, types: T[], since: Date): Promise<HourCount<T>[]> {
    const events = em
      .createQueryBuilder(AuditEvent, 'a')
      .where('a.at >= :since AND a.type IN (:...types)', { since, types });
    return countByHour(events, 'a.at', 'a.type');
  }

  /** Counts posts written here, by time of writing. */
  postsByHour(em: EntityManager, statuses: PostStatus[], since: Date): Promise<HourCount<PostStatus>[]> {
    const posts = em
      .createQueryBuilder(Post, 'p')
      .where('p.created_at >= :since AND p.attempts > 0 AND p.status IN (:...statuses)', { since, statuses });
    return countByHour(posts, 'p.created_at', 'p.status');
  }

  /** Instances that reject a token or do not answer. */
  async troubled(em: EntityManager, limit: number): Promise<InstanceTrouble[]> {
    const refused = 'SUM(CASE WHEN c.needs_reconnect THEN 1 ELSE 0 END)';
    const rows = await em
      .createQueryBuilder(PlatformConnection, 'c')
      .select('c.instance_url', 'instanceUrl')
      .addSelect('COUNT(*)', 'connections')
      .addSelect(refused, 'refused')
      .addSelect('MAX(c.check_failures)', 'unanswered')
      .groupBy('c.instance_url')
      .having(`${refused} > 0 OR MAX(c.check_failures) > 0`)
      .orderBy('c.instance_url')
      .limit(limit)
      .getRawMany<Record<keyof InstanceTrouble, string>>();
    return rows.map(({ instanceUrl, connections, refused, unanswered }) => ({
      instanceUrl,
      connections: Number(connections),
      refused: Number(refused),
      unanswered: Number(unanswered),
    }));
  }

  /** Failed posts since then, by instance. */
  async failedPosts(em: EntityManager, since: Date, limit: number): Promise<Map<string, number>> {
    const rows = await em
      .createQueryBuilder(Post, 'p')
      .innerJoin('p.platform', 'c')
      .select('c.instance_url', 'instanceUrl')
      .addSelect('COUNT(*)', 'count')
      .where("p.status = 'failed' AND p.created_at >= :since", { since })
      .groupBy('c.instance_url')
      .orderBy('c.instance_url')
      .limit(limit)
      .getRawMany<{ instanceUrl: string; count: string }>();
    return new Map(rows.map(({ instanceUrl, count }) => [instanceUrl, Number(count)]));
  }
}

async function countByHour<T extends string, R extends object>(
  rows: SelectQueryBuilder<R>,
  at: string,
  type: string,
): Promise<HourCount<T>[]> {
  const hour = `SUBSTR(${at}, 1, 13)`;
  const counts = await rows
    .select(hour, 'hour')
    .addSelect(type, 'type')
    .addSelect('COUNT(*)', 'count')
    .groupBy(hour)
    .addGroupBy(type)
    .getRawMany<HourCount<T>>();
  return counts.map((row) => ({ ...row, count: Number(row.count) }));
}
