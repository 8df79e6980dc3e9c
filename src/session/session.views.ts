/** From rows to what the wire shows. */
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import type { UserSession } from '../database/entities/user-session.entity';
import type { DeadlinesView, DeviceView, PlatformView, SessionState } from '../protocol/http';
import { CHARACTER_LIMITS } from '../protocol/http';
import { CHARACTERS_PER_URL } from '../protocol/post-length';
import { toDeviceName } from './device';
import { type Deadlines, expiresAt } from './expiry-policy';
import type { SessionContext } from './session-context';

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
    characters_per_url: row.charactersPerUrl ?? CHARACTERS_PER_URL,
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
const lasting = new WeakMap<SessionContext, Pick<SessionState, 'user' | 'session'>>();

export function toSessionState(context: SessionContext, now: Date): SessionState {
  const known = lasting.get(context) ?? toLasting(context);
  lasting.set(context, known);
  return {
    authenticated: true,
    revision: context.revision,
    server_time: now.toISOString(),
    user: known.user,
    session: known.session,
    platform: context.platform,
  };
}

function toLasting({ user, session }: SessionContext): Pick<SessionState, 'user' | 'session'> {
  const { id, username, email, role } = user;
  return {
    user: { id, username, email, role },
    session: {
      id: session.id,
      created_at: session.createdAt.toISOString(),
      last_activity: session.lastActivityAt.toISOString(),
      ...toDeadlinesView(session),
    },
  };
}

export function toDeviceView(row: UserSession, current: boolean, online: boolean): DeviceView {
  return {
    id: row.id,
    current,
    device: toDeviceName(row.userAgent),
    ip_address: row.ipAddress,
    created_at: row.createdAt.toISOString(),
    last_activity: row.lastActivityAt.toISOString(),
    expires_at: expiresAt(row).toISOString(),
    platform: row.activePlatform ? toPlatformView(row.activePlatform) : null,
    online,
  };
}
