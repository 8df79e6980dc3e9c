/**
 * Raw SQL: this query runs with every request, and building it and hydrating entities costs more than the database
 * needs to answer it.
 */
import type { EntityManager } from 'typeorm';
import { isSqlite } from '../database/dialect';
import type { EndReason } from '../protocol/events';
import type { PlatformType, PlatformView, Role } from '../protocol/http';
import { toPlatformView } from './session.views';
import type { SessionContext } from './session-context';

/** As the drivers return them: MySQL's gives dates, SQLite's the stored text. */
type Time = Date | string;

interface Row {
  id: string;
  token_hash: string;
  created_at: Time;
  last_activity_at: Time;
  authenticated_at: Time | null;
  idle_expires_at: Time;
  absolute_expires_at: Time;
  ended_at: Time | null;
  end_reason: EndReason | null;
  user_agent: string;
  ip_address: string;
  pinned: number | boolean;
  user_id: number;
  revision: number;
  username: string;
  email: string;
  role: Role;
  is_active: number | boolean;
  [ofPlatform: `${string}_${keyof PlatformRow}`]: unknown;
}

/** Columns of a connection, each prefixed with the table alias; null where there is none. */
interface PlatformRow {
  id: number | null;
  name: string;
  platform_type: PlatformType;
  instance_url: string;
  username: string | null;
  is_default: number | boolean;
  display_name: string | null;
  avatar_url: string | null;
  needs_reconnect: number | boolean;
  reconnect_reason: string | null;
  max_characters: number | null;
  characters_per_url: number | null;
}

const PLATFORM_COLUMNS: (keyof PlatformRow)[] = [
  'id',
  'name',
  'platform_type',
  'instance_url',
  'username',
  'is_default',
  'display_name',
  'avatar_url',
  'needs_reconnect',
  'reconnect_reason',
  'max_characters',
  'characters_per_url',
];

const platformColumns = (alias: string): string =>
  PLATFORM_COLUMNS.map((column) => `${alias}.${column} AS ${alias}_${column}`).join(', ');

const SELECT = `
  SELECT s.id, s.token_hash, s.created_at, s.last_activity_at, s.authenticated_at, s.idle_expires_at,
    s.absolute_expires_at, s.ended_at, s.end_reason, s.user_agent, s.ip_address, s.pinned, s.user_id,
    u.revision, u.username, u.email, u.role, u.is_active, ${platformColumns('p')}`;
const FROM = `
  FROM vedfolnir_user_sessions s
  JOIN vedfolnir_users u ON u.id = s.user_id
  LEFT JOIN vedfolnir_platform_connections p ON p.id = s.active_platform_id AND p.is_active = 1`;

/** @param column a unique column of the session */
export async function findContext(
  em: EntityManager,
  column: 's.id' | 's.token_hash',
  key: string,
): Promise<SessionContext | null> {
  const [row] = await em.query<Row[]>(`${SELECT} ${FROM} WHERE ${column} = ?`, [key]);
  return row ? toContext(row) : null;
}

/** As `findContext`, for many keys in one query. @returns the contexts found, by key */
export async function findContexts(
  em: EntityManager,
  column: 's.id' | 's.token_hash',
  keys: string[],
): Promise<Map<string, SessionContext>> {
  const places = keys.map(() => '?').join(', ');
  const rows = await em.query<Row[]>(`${SELECT} ${FROM} WHERE ${column} IN (${places})`, keys);
  return new Map(rows.map((row) => [column === 's.id' ? row.id : row.token_hash, toContext(row)]));
}

/** What a platform switch reads before it writes. */
export interface SwitchState {
  context: SessionContext | null;
  /** The platform to switch to; null if the user has no such active connection. */
  target: PlatformView | null;
  /** The user's pinned sessions that have not ended. */
  pinnedSessionIds: string[];
}

/**
 * One query that locks its rows until the transaction ends, so that concurrent switches of a user are serialized. On
 * SQLite the transaction must already hold the write lock.
 */
export async function lockSwitchState(
  em: EntityManager,
  { user, session }: SessionContext,
  platformId: number,
): Promise<SwitchState> {
  const rows = await em.query<(Row & { pinned_id: string | null })[]>(
    `${SELECT}, ${platformColumns('o')}, x.id AS pinned_id
    FROM vedfolnir_users u
    JOIN vedfolnir_user_sessions s ON s.user_id = u.id
    LEFT JOIN vedfolnir_platform_connections p ON p.id = s.active_platform_id AND p.is_active = 1
    LEFT JOIN vedfolnir_platform_connections o ON o.id = ? AND o.user_id = u.id AND o.is_active = 1
    LEFT JOIN vedfolnir_user_sessions x ON x.user_id = u.id AND x.ended_at IS NULL AND x.pinned = 1
    WHERE u.id = ? AND s.id = ? ${isSqlite(em) ? '' : 'FOR UPDATE'}`,
    [platformId, user.id, session.id],
  );
  const [row] = rows;
  return {
    context: row ? toContext(row) : null,
    target: row ? toPlatform(row, 'o') : null,
    pinnedSessionIds: rows.flatMap((each) => each.pinned_id ?? []),
  };
}

function toContext(row: Row): SessionContext {
  return {
    revision: row.revision,
    user: {
      id: row.user_id,
      username: row.username,
      email: row.email,
      role: row.role,
      isActive: Boolean(row.is_active),
    },
    session: {
      id: row.id,
      createdAt: toDate(row.created_at),
      lastActivityAt: toDate(row.last_activity_at),
      tokenHash: row.token_hash,
      authenticatedAt: toDate(row.authenticated_at ?? row.created_at),
      idleExpiresAt: toDate(row.idle_expires_at),
      absoluteExpiresAt: toDate(row.absolute_expires_at),
      endedAt: row.ended_at === null ? null : toDate(row.ended_at),
      endReason: row.end_reason,
      pinned: Boolean(row.pinned),
      userAgent: row.user_agent,
      ipAddress: row.ip_address,
    },
    platform: toPlatform(row, 'p'),
  };
}

function toPlatform(row: Row, alias: string): PlatformView | null {
  const of = Object.fromEntries(PLATFORM_COLUMNS.map((column) => [column, row[`${alias}_${column}`]]));
  const { id, ...found } = of as unknown as PlatformRow;
  if (id === null) return null;
  return toPlatformView({
    id,
    name: found.name,
    platformType: found.platform_type,
    instanceUrl: found.instance_url,
    username: found.username,
    isDefault: Boolean(found.is_default),
    isActive: true,
    displayName: found.display_name,
    avatarUrl: found.avatar_url,
    needsReconnect: Boolean(found.needs_reconnect),
    reconnectReason: found.reconnect_reason,
    maxCharacters: found.max_characters,
    charactersPerUrl: found.characters_per_url,
  });
}

function toDate(time: Time): Date {
  return time instanceof Date ? time : new Date(`${time.replace(' ', 'T')}Z`);
}
