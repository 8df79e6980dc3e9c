/** Queries on the audit trail. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { AuditEvent } from '../database/entities/audit-event.entity';
import { User } from '../database/entities/user.entity';

/** An event with the current names of its user and actor. */
export type NamedAuditEvent = AuditEvent & { username: string | null; actorUsername: string | null };

const COLUMNS = [
  'at',
  'type',
  'user_id',
  'session_id',
  'device',
  'ip_address',
  'platform_id',
  'platform_name',
  'actor_user_id',
  'reason',
];

@Injectable()
export class AuditRepository {
  async insert(em: EntityManager, rows: Omit<AuditEvent, 'id'>[]): Promise<void> {
    if (rows.length === 0) return;
    // Raw SQL: for hundreds of rows the query builder would take as long as the database.
    const placeholders = `(${COLUMNS.map(() => '?').join(', ')})`;
    const values = rows.flatMap((row) => [
      toSqlTime(row.at),
      row.type,
      row.userId,
      row.sessionId,
      row.device,
      row.ipAddress,
      row.platformId,
      row.platformName,
      row.actorUserId,
      row.reason,
    ]);
    const tuples = rows.map(() => placeholders).join(', ');
    await em.query(`INSERT INTO vedfolnir_audit_events (${COLUMNS.join(', ')}) VALUES ${tuples}`, values);
  }

  /** Newest first. @param userId undefined: events of all users, and those without a user */
  async list(em: EntityManager, limit: number, userId?: number, beforeId?: number): Promise<NamedAuditEvent[]> {
    const query = em.createQueryBuilder(AuditEvent, 'a').orderBy('a.id', 'DESC').limit(limit);
    if (userId !== undefined) query.andWhere('a.user_id = :userId', { userId });
    if (beforeId !== undefined) query.andWhere('a.id < :beforeId', { beforeId });
    const events = await query.getMany();
    const ids = [...new Set(events.flatMap(({ userId, actorUserId }) => [userId ?? [], actorUserId ?? []].flat()))];
    const users =
      ids.length > 0 ? await em.find(User, { select: { id: true, username: true }, where: { id: In(ids) } }) : [];
    const names = new Map(users.map((user) => [user.id, user.username]));
    const nameOf = (id: number | null) => names.get(id ?? 0) ?? null;
    return events.map((event) => ({
      ...event,
      username: nameOf(event.userId),
      actorUsername: nameOf(event.actorUserId),
    }));
  }

  /** Deletes at most `limit` older rows. @returns the number of deleted rows */
  async prune(em: EntityManager, before: Date, limit: number): Promise<number> {
    const query = em.createQueryBuilder(AuditEvent, 'a').select('a.id').where('a.at < :before', { before });
    const old = await query.orderBy('a.at').limit(limit).getMany();
    if (old.length === 0) return 0;
    const result = await em.delete(AuditEvent, { id: In(old.map(({ id }) => id)) });
    return result.affected ?? 0;
  }
}

/** `2026-01-02 03:04:05.678`, as both databases store it. */
function toSqlTime(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '');
}
