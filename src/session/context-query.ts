/**
 * The one query that every request asks, written out: to build it and to make entities of its row costs more than the
 * database needs to answer it.
 */
import type { EntityManager } from 'typeorm';
import type { EndReason } from '../protocol/events';
import type { PlatformType, Role } from '../protocol/http';
import { toPlatformView } from './session.views';
import type { SessionContext } from './session-context';

/** As the drivers give them: MySQL's make times, SQLite's leave the text that is stored. */
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
  user_id: number;
  revision: number;
  username: string;
  email: string;
  role: Role;
  is_active: number | boolean;
  platform_id: number | null;
  platform_name: string;
  platform_type: PlatformType;
  instance_url: string;
  platform_username: string | null;
  is_default: number | boolean;
  display_name: string | null;
  avatar_url: string | null;
  needs_reconnect: number | boolean;
  reconnect_reason: string | null;
  max_characters: number | null;
  characters_per_url: number | null;
}

const QUERY = `
  SELECT s.id, s.token_hash, s.created_at, s.last_activity_at, s.authenticated_at, s.idle_expires_at,
    s.absolute_expires_at, s.ended_at, s.end_reason, s.user_agent, s.ip_address, s.user_id,
    u.revision, u.username, u.email, u.role, u.is_active,
    p.id AS platform_id, p.name AS platform_name, p.platform_type, p.instance_url, p.username AS platform_username,
    p.is_default, p.display_name, p.avatar_url, p.needs_reconnect, p.reconnect_reason, p.max_characters, p.characters_per_url
  FROM user_sessions s
  JOIN users u ON u.id = s.user_id
  LEFT JOIN platform_connections p ON p.id = s.active_platform_id AND p.is_active = 1
  WHERE`;

/** @param column of the session, which is unique */
export async function findContext(
  em: EntityManager,
  column: 's.id' | 's.token_hash',
  key: string,
): Promise<SessionContext | null> {
  const [row] = await em.query<Row[]>(`${QUERY} ${column} = ?`, [key]);
  return row ? toContext(row) : null;
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
      userAgent: row.user_agent,
      ipAddress: row.ip_address,
    },
    platform: row.platform_id === null ? null : toPlatform(row, row.platform_id),
  };
}

function toPlatform(row: Row, id: number): SessionContext['platform'] {
  return toPlatformView({
    id,
    name: row.platform_name,
    platformType: row.platform_type,
    instanceUrl: row.instance_url,
    username: row.platform_username,
    isDefault: Boolean(row.is_default),
    isActive: true,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    needsReconnect: Boolean(row.needs_reconnect),
    reconnectReason: row.reconnect_reason,
    maxCharacters: row.max_characters,
    charactersPerUrl: row.characters_per_url,
  });
}

function toDate(time: Time): Date {
  return time instanceof Date ? time : new Date(`${time.replace(' ', 'T')}Z`);
}
