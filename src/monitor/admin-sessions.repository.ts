/** Queries on all users' sessions. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { User } from '../database/entities/user.entity';
import { UserSession } from '../database/entities/user-session.entity';
import { LIVE_SQL } from '../session/expiry-policy';

/** The last row of a page. */
export interface Cursor {
  createdAt: Date;
  id: string;
}

/** If more users match a search, all sessions are filtered by user name instead of by user id. */
const MAX_MATCHED_USERS = 10_000;

@Injectable()
export class AdminSessionsRepository {
  /**
   * Live sessions with their users and platforms, newest first.
   * @param search normalised part of a user name, or start of a session id
   */
  async list(em: EntityManager, now: Date, limit: number, search?: string, before?: Cursor): Promise<UserSession[]> {
    const query = em
      .createQueryBuilder(UserSession, 's')
      .innerJoinAndSelect('s.user', 'u')
      .leftJoinAndSelect('s.activePlatform', 'p', 'p.is_active = :active', { active: true })
      .where(LIVE_SQL, { now })
      .orderBy('s.createdAt', 'DESC')
      .addOrderBy('s.id', 'DESC')
      .limit(limit);
    if (search) {
      const text = search.replace(/[!%_]/g, '!$&');
      const part = `%${text}%`;
      // Users first: finding the sessions of a few users among a million by their names takes seconds.
      const userIds = await this.findUsers(em, part);
      const ofUsers =
        userIds.length > MAX_MATCHED_USERS ? "u.username_key LIKE :part ESCAPE '!'" : 's.user_id IN (:...userIds)';
      query.andWhere(`(${ofUsers} OR s.id LIKE :start ESCAPE '!')`, { part, userIds, start: `${text}%` });
    }
    if (before) {
      query.andWhere('(s.created_at < :createdAt OR (s.created_at = :createdAt AND s.id < :id))', before);
    }
    return query.getMany();
  }

  /** @returns ids of matching users, at most MAX_MATCHED_USERS + 1; `[0]`, which no user has, if none matches */
  private async findUsers(em: EntityManager, part: string): Promise<number[]> {
    const query = em
      .createQueryBuilder(User, 'u')
      .select('u.id', 'id')
      .limit(MAX_MATCHED_USERS + 1);
    const rows = await query.where("u.username_key LIKE :part ESCAPE '!'", { part }).getRawMany<{ id: number }>();
    return rows.length > 0 ? rows.map(({ id }) => id) : [0];
  }
}
