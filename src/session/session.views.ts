/** From rows to what the wire shows. */
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { UserSession } from '../database/entities/user-session.entity';
import type { JsonText } from '../http/http-types';
import type { DeadlinesView, DeviceView, PlatformView, RestSessionState, SessionState } from '../protocol/http';
import { CHARACTER_LIMITS } from '../protocol/http';
import { charactersPerUrlOf } from '../protocol/post-length';
import { toDeviceName } from './device';
import { type Deadlines, expiresAt } from './expiry-policy';
import type { SessionContext } from './session-context';
import { csrfToken } from './session-token';

/** What of a connection is shown. */
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

/** What is the same whenever it is told; a context that is cached is asked for again and again. */
interface Lasting extends Pick<SessionState, 'user' | 'session'> {
  /** Found where it is first asked for: a context is that of one secret. */
  csrfToken?: string;
  /** The JSON of the whole state, before and after the time of the answer. */
  json?: [before: string, after: string];
}

const lasting = new WeakMap<SessionContext, Lasting>();

export function toSessionState(context: SessionContext, now: Date): SessionState {
  const { user, session } = lastingOf(context);
  return {
    authenticated: true,
    revision: context.revision,
    server_time: toIsoTime(now),
    user,
    session,
    platform: context.platform,
  };
}

/** @param secret of this session: what only its own cookie has */
export function toRestSessionState(context: SessionContext, now: Date, secret: string): RestSessionState {
  const known = lastingOf(context);
  known.csrfToken ??= csrfToken(secret);
  const state = toSessionState(context, now) as RestSessionState;
  state.csrf_token = known.csrfToken;
  return state;
}

/** As `toRestSessionState`, in JSON, of which only the time is new in each answer. */
export function toRestSessionJson(context: SessionContext, now: Date, secret: string): JsonText<RestSessionState> {
  const known = lastingOf(context);
  known.json ??= splitAtTime(JSON.stringify(toRestSessionState(context, now, secret)), toIsoTime(now));
  return `${known.json[0]}${toIsoTime(now)}${known.json[1]}`;
}

function splitAtTime(json: string, time: string): [before: string, after: string] {
  const at = json.indexOf(`"server_time":"${time}"`) + '"server_time":"'.length;
  return [json.slice(0, at), json.slice(at + time.length)];
}

/** Under load many answers are given in one millisecond, and to write a time out costs as much as to hash a secret. */
let written = { time: Number.NaN, text: '' };

function toIsoTime(now: Date): string {
  const time = now.getTime();
  if (time !== written.time) written = { time, text: now.toISOString() };
  return written.text;
}

function lastingOf(context: SessionContext): Lasting {
  const known = lasting.get(context);
  if (known) return known;
  const made = toLasting(context);
  lasting.set(context, made);
  return made;
}

function toLasting({ user, session }: SessionContext): Lasting {
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
