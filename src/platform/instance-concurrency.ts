import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** A node's concurrent tasks per instance: a slow instance must not delay the users of others. */
const MAX_CONCURRENT_PER_INSTANCE = 2;

/** Tasks that may not start now: of these instances and users. */
export interface AtLimit {
  instanceUrls: string[];
  userIds: number[];
}

/** @param perUser concurrent tasks of one user, whose slow instances must not delay others */
export function atConcurrencyLimit(
  running: Iterable<{ instanceUrl: string; userId: number }>,
  perUser: number,
): AtLimit {
  const tasks = [...running];
  const reaching = <T>(keys: T[], most: number) => [...new Set(keys)].filter((key) => count(keys, key) >= most);
  return {
    instanceUrls: reaching(
      tasks.map(({ instanceUrl }) => instanceUrl),
      MAX_CONCURRENT_PER_INSTANCE,
    ),
    userIds: reaching(
      tasks.map(({ userId }) => userId),
      perUser,
    ),
  };
}

/** @param query joined with its platform connection as `platform` */
export function excludeAtLimit<T extends ObjectLiteral>(query: SelectQueryBuilder<T>, full: AtLimit): void {
  const { instanceUrls, userIds } = full;
  if (instanceUrls.length > 0) query.andWhere('platform.instance_url NOT IN (:...instanceUrls)', { instanceUrls });
  if (userIds.length > 0) query.andWhere('platform.user_id NOT IN (:...userIds)', { userIds });
}

const count = <T>(keys: T[], key: T): number => keys.filter((each) => each === key).length;
