import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { UnitOfWork } from '../database/unit-of-work';
import type { FailingInstanceView, HourView, OverviewView } from '../protocol/admin';
import { OverviewRepository } from './overview.repository';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** If more instances fail than this, the cause is probably on our side. */
const MAX_INSTANCES = 50;

/** Key figures of the installation. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly repository: OverviewRepository,
    private readonly clock: Clock,
  ) {}

  read(): Promise<OverviewView> {
    const now = this.clock.now();
    const first = now.getTime() - (now.getTime() % HOUR_MS) - (HOURS - 1) * HOUR_MS;
    const since = new Date(first);
    return this.work.read(async (em) => {
      const { people, liveSessions, postsWaiting } = await this.repository.totals(em, now);
      const hours = emptyHours(first);
      for (const { hour, type, count } of await this.repository.postsByHour(em, ['published', 'failed'], since)) {
        const at = hours.get(hour);
        if (at && (type === 'published' || type === 'failed')) at[type] += count;
      }
      const events = await this.repository.eventsByHour(em, ['sign_in', 'sign_in_failed'], since);
      for (const { hour, type, count } of events) {
        const at = hours.get(hour);
        if (at) at[type === 'sign_in' ? 'sign_ins' : 'failed_sign_ins'] += count;
      }
      const troubled = await this.repository.troubled(em, MAX_INSTANCES);
      const failed = await this.repository.failedPosts(em, since, MAX_INSTANCES);
      const failing: FailingInstanceView[] = troubled.map(({ instanceUrl, ...figures }) => {
        const failed_posts = failed.get(instanceUrl) ?? 0;
        failed.delete(instanceUrl);
        return { instance_url: instanceUrl, ...figures, failed_posts };
      });
      const others = [...failed].map(([instance_url, failed_posts]) => {
        return { instance_url, connections: 0, refused: 0, unanswered: 0, failed_posts };
      });
      return {
        people,
        live_sessions: liveSessions,
        posts_waiting: postsWaiting,
        failing_instances: [...failing, ...others],
        hours: [...hours.values()],
      };
    });
  }
}

/** Keyed by the hour as both databases format it: `2026-01-02 03`. */
function emptyHours(first: number): Map<string, HourView> {
  const hours = Array.from({ length: HOURS }, (_, index) => new Date(first + index * HOUR_MS).toISOString());
  const none = { published: 0, failed: 0, sign_ins: 0, failed_sign_ins: 0 };
  return new Map(hours.map((at) => [at.slice(0, 13).replace('T', ' '), { at, ...none }]));
}
