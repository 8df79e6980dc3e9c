/** Queries on many sessions at once. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserSession } from '../../database/entities/user-session.entity';
import { LIVE_SQL } from '../expiry-policy';

@Injectable()
export class BatchRepository {
  /** @returns the live ones among these sessions, by id, each with its user's id */
  async findLive(em: EntityManager, sessionIds: string[], now: Date): Promise<Map<string, number>> {
    if (sessionIds.length === 0) return new Map();
    const rows = await em
      .createQueryBuilder(UserSession, 's')
      .select('s.id', 'id')
      .addSelect('s.user_id', 'userId')
      .innerJoin('s.user', 'u', 'u.is_active = :active', { active: true })
      .where(`s.id IN (:...sessionIds) AND ${LIVE_SQL}`, { sessionIds, now })
      .getRawMany<{ id: string; userId: number }>();
    return new Map(rows.map(({ id, userId }) => [id, userId]));
  }
}
