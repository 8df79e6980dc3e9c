/** Maps rows to wire types. */
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { UserSession } from '../database/entities/user-session.entity';
import type { JsonText } from '../http/http-types';
import {
  CHARACTER_LIMITS,
  type DeadlinesView,
  type DeviceView,
  type PlatformView,
  type RestSessionState,
  type SessionState,
} from '../protocol/http';
import { charactersPerUrlOf } from '../protocol/post-length';
import { toDeviceName } from './device';
import { type Deadlines, expiresAt } from './expiry-policy';
import type { SessionContext } from './session-context';
import { csrfToken } from './session-token';

/** The columns of a connection that a view shows. */
type ShownPlatform = Pick<
  PlatformConnection,
  'id' | 'name' | 'platformType' | 'instanceUrl' | 'username' | 'isDefault' | 'isActive'
> &
  Partial<
    Pick<
      PlatformConnection,
      'displayName' | 'avatarUrl' | 'needsReconnect' | 'reconnectReason' | 'maxCharacters' | 'charactersPerUrl'
    >
  >;

export function toPlatformView(row: ShownPlatform): PlatformView {
  return {
    id: row.id,
    name: row.name,
    platform_type: row.platformType,
    instance_url: row.instanceUrl,
    username: row.username,
    is_default: row.isDefault,
    is_active: row.isActive,
    display_name: row.displayName ?? null,
    avatar_url: row.avatarUrl ?? null,
    needs_reconnect: row.needsReconnect ?? false,
    ...(row.needsReconnect && row.reconnectReason && { reconnect_reason: row.reconnectReason }),
    max_characters: row.maxCharacters ?? CHARACTER_LIMITS[row.platformType],
    characters_per_url: charactersPerUrlOf(row.platformType, row.charactersPerUrl ?? null),
  };
}

export function toDeadlinesView(deadlines: Deadlines): DeadlinesView {
  return {
    idle_expires_at: deadlines.idleExpiresAt.toISOString(),
    absolute_expires_at: deadlines.absoluteExpiresAt.toISOString(),
    expires_at: expiresAt(deadlines).toISOString(),
  };
}

/** The parts of a state that do not depend on the time; cached, as a context is requested many times. */
interface TimeIndependent extends Pick<SessionState, 'user' | 'session'> {
  /** Computed on first use: a context belongs to one secret. */
  csrfToken?: string;
  /** The JSON of the whole state, split around the server's time. */
  json?: [before: string, after: string];
}

const timeIndependent = new WeakMap<SessionContext, TimeIndependent>();

export function toSessionState(context: SessionContext, now: Date): SessionState {
  const { user, session } = timeIndependentOf(context);
  return {
    authenticated: true,
    revision: context.revision,
    server_time: toIsoTime(now),
    user,
    session,
    platform: context.platform,
  };
}

/** @param secret the session's own, from the caller's cookie */
export function toRestSessionState(context: SessionContext, now: Date, secret: string): RestSessionState {
  const known = timeIndependentOf(context);
  known.csrfToken ??= csrfToken(secret);
  const state = toSessionState(context, now) as RestSessionState;
  state.csrf_token = known.csrfToken;
  return state;
}

/** As `toRestSessionState`, as JSON; only the time differs between answers. */
export function toRestSessionJson(context: SessionContext, now: Date, secret: string): JsonText<RestSessionState> {
  const known = timeIndependentOf(context);
  known.json ??= splitAtTime(JSON.stringify(toRestSessionState(context, now, secret)), toIsoTime(now));
  return `${known.json[0]}${toIsoTime(now)}${known.json[1]}`;
}

function splitAtTime(json: string, time: string): [before: string, after: string] {
  const at = json.indexOf(`"server_time":"${time}"`) + '"server_time":"'.length;
  return [json.slice(0, at), json.slice(at + time.length)];
}

/**
 * Cached: under load many answers fall into one millisecond, and formatting a time costs as much as hashing a secret.
 */
let lastFormatted = { time: Number.NaN, text: '' };

function toIsoTime(now: Date): string {
  const time = now.getTime();
  if (time !== lastFormatted.time) lastFormatted = { time, text: now.toISOString() };
  return lastFormatted.text;
}

function timeIndependentOf(context: SessionContext): TimeIndependent {
  const known = timeIndependent.get(context);
  if (known) return known;
  const made = toTimeIndependent(context);
  timeIndependent.set(context, made);
  return made;
}

function toTimeIndependent({ user, session }: SessionContext): TimeIndependent {
  const { id, username, email, role } = user;
  return {
    user: { id, username, email, role },
    session: {
      id: session.id,
      created_at: session.createdAt.toISOString(),
      last_activity: session.lastActivityAt.toISOString(),
      pinned: session.pinned,
      ...toDeadlinesView(session),
    },
  };
}

export function toDeviceView(row: UserSession, current: boolean, online: boolean): DeviceView {
  return {
    id: row.id,
    current,
    device: toDeviceName(row.userAgent),
    name: row.deviceName,
    ip_address: row.ipAddress,
    created_at: row.createdAt.toISOString(),
    last_activity: row.lastActivityAt.toISOString(),
    expires_at: expiresAt(row).toISOString(),
    platform: row.activePlatform ? toPlatformView(row.activePlatform) : null,
    online,
  };
}
