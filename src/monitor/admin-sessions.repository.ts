/** Queries on all users' sessions. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserSession } from '../database/entities/user-session.entity';
import { LIVE_SQL } from '../session/expiry-policy';

/** The last row of a page. */
export interface Cursor {
  createdAt: Date;
  id: string;
}

@Injectable()
export class AdminSessionsRepository {
  /**
   * Live sessions with their users and platforms, newest first.
   * @param search normalised part of a user name, or start of a session id
   */
  list(em: EntityManager, now: Date, limit: number, search?: string, before?: Cursor): Promise<UserSession[]> {
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
      query.andWhere("(u.username_key LIKE :part ESCAPE '!' OR s.id LIKE :start ESCAPE '!')", {
        part: `%${text}%`,
        start: `${text}%`,
      });
    }
    if (before) {
      query.andWhere('(s.created_at < :createdAt OR (s.created_at = :createdAt AND s.id < :id))', before);
    }
    return query.getMany();
  }
}
