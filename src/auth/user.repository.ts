/** Queries on users. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { throttleKey } from '../cluster/throttle-key';
import { normalise } from '../common/normalise';
import { User } from '../database/entities/user.entity';
import { UserSession } from '../database/entities/user-session.entity';

/**
 * The form in which user names and e-mail addresses are compared: ignores case and width, whatever the database's
 * collation.
 */
export function nameKey(text: string): string {
  return normalise(text, 'NFKC').toLowerCase();
}

type NewUser = Pick<User, 'username' | 'email' | 'passwordHash'> &
  Partial<Pick<User, 'role' | 'usernameKey' | 'emailKey'>>;

/** A user name never contains an `@`. */
function loginKey(login: string): { column: 'emailKey' | 'usernameKey'; key: string } {
  const key = nameKey(login.trim());
  return { column: key.includes('@') ? 'emailKey' : 'usernameKey', key };
}

@Injectable()
export class UserRepository {
  /** By user name or e-mail address. */
  findByLogin(em: EntityManager, login: string): Promise<User | null> {
    const { column, key } = loginKey(login);
    return em.findOne(User, { where: { [column]: key } });
  }

  /**
   * Whether a session of this account, ended or not, was last used from this address. One query, so that it takes
   * equally long for unknown names.
   */
  async wasUsedFrom(em: EntityManager, login: string, address: string): Promise<boolean> {
    const { column, key } = loginKey(login);
    const rows = await em
      .createQueryBuilder(UserSession, 's')
      .innerJoin('s.user', 'u', `u.${column} = :key`, { key })
      .select('s.ip_address', 'address')
      .distinct()
      .getRawMany<{ address: string }>();
    return rows.some((row) => throttleKey(row.address) === throttleKey(address));
  }

  /** @param usernameKey the result of `nameKey` */
  findByKey(em: EntityManager, usernameKey: string): Promise<User | null> {
    return em.findOne(User, { where: { usernameKey } });
  }

  findById(em: EntityManager, id: number): Promise<User | null> {
    return em.findOne(User, { where: { id } });
  }

  async isEmpty(em: EntityManager): Promise<boolean> {
    return !(await em.exists(User));
  }

  /** Inserts an active user. Unless given, the role is `user` and the keys are those of name and e-mail address. */
  insert(em: EntityManager, user: NewUser, now: Date): Promise<User> {
    const keys = { usernameKey: nameKey(user.username), emailKey: nameKey(user.email) };
    const defaults = { isActive: true, revision: 0, changedAt: now, lastPlatformId: null, createdAt: now };
    return em.save(User, em.create(User, { ...keys, ...defaults, role: 'user', ...user }));
  }

  /**
   * The first user's id; its row stays locked, so that of concurrent first registrations only one becomes the
   * administrator.
   */
  async lockFirst(em: EntityManager): Promise<number | undefined> {
    const query = em.createQueryBuilder(User, 'u').select('u.id', 'id').orderBy('u.id', 'ASC').limit(1);
    if (em.dataSource.options.type !== 'better-sqlite3') query.setLock('pessimistic_write');
    return (await query.getRawOne<{ id: number }>())?.id;
  }

  async update(em: EntityManager, id: number, change: Partial<User>): Promise<void> {
    await em.update(User, { id }, change);
  }
}
