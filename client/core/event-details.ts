/** Details of the browser events: camelCase, a new object for each event, so that listeners cannot change ours. */
import type { ErrorCode } from '../../src/protocol/errors';
import type { EndReason } from '../../src/protocol/events';
import type { DeadlinesView, PlatformType, PlatformView, PostView, Role, SessionState } from '../../src/protocol/http';

export interface PlatformDetail {
  id: number;
  name: string;
  type: PlatformType;
  instanceUrl: string;
  username: string | null;
  /** Null until the instance has provided it; the same holds for `avatarUrl`. */
  displayName: string | null;
  avatarUrl: string | null;
  isDefault: boolean;
  /** The instance has refused the token. */
  needsReconnect: boolean;
  /** Maximum length of a post, and the number of characters that each link counts for. */
  maxCharacters: number;
  charactersPerUrl: number | null;
}

export interface DeadlinesDetail {
  idleExpiresAt: string;
  absoluteExpiresAt: string;
  expiresAt: string;
}

export interface SessionDetail extends DeadlinesDetail {
  id: string;
  createdAt: string;
  lastActivity: string;
  /** This session keeps its platform when others switch. */
  pinned: boolean;
}

export interface StateDetail {
  user: { id: number; username: string; email: string; role: Role };
  /** The platform that this tab shows: the active one, or the one that the tab is pinned to. */
  platform: PlatformDetail | null;
  /** Only this tab keeps its platform (`pinTab`). */
  tabPinned: boolean;
  session: SessionDetail;
  revision: number;
}

export interface PlatformSwitchedDetail {
  platformId: number | null;
  platformName: string | null;
  platformType: PlatformType | null;
  previousPlatformId: number | null;
  /** Whether this tab requested the switch. */
  fromThisTab: boolean;
  /** The session that requested the switch, if known. */
  originSessionId: string | null;
}

/**
 * The switch that this tab has requested and the server has not answered yet; null: none any more, whether done or
 * refused.
 */
export interface PlatformSwitchingDetail {
  platformId: number | null;
}

export interface ExpiringDetail {
  reason: 'idle' | 'absolute';
  expiresAt: string;
}

/** `invalid`: the server does not know this session at all. */
export type ExpiredReason = EndReason | 'invalid';

export interface ExpiredDetail {
  reason: ExpiredReason;
  errorCode: ErrorCode;
}

/** Null: the list has changed, but its content is unknown; read it again. */
export interface PlatformsChangedDetail {
  platforms: PlatformView[] | null;
  revision: number;
}

/**
 * How this tab is notified of changes: `live`: at once; `polling`: over HTTP at an interval, because there is no
 * socket; `offline`: not at all, because the server is unreachable. `none`: there is no session.
 */
export type ConnectionStatus = 'none' | 'connecting' | 'live' | 'polling' | 'offline';

/** A message from the host application to its tabs. */
export interface AppMessageDetail {
  name: string;
  payload: unknown;
}

/** The events of the window by name. */
export interface SessionEvents {
  sessionStateChanged: StateDetail;
  platformSwitched: PlatformSwitchedDetail;
  sessionExpiring: ExpiringDetail;
  sessionExtended: DeadlinesDetail;
  sessionExpired: ExpiredDetail;
  appMessage: AppMessageDetail;
  platformSwitching: PlatformSwitchingDetail;
  platformsChanged: PlatformsChangedDetail;
  sessionConnectionChanged: { connected: boolean };
  connectionStatusChanged: { status: ConnectionStatus };
  /** Events may have been missed, and the state has been read since: read again what the state does not contain. */
  sessionCaughtUp: null;
  postUpdated: { post: PostView };
  postRemoved: { postId: number; platformId: number };
  postsImported: { platformId: number; imported: number; leftOut: number; isChanged: boolean; running: boolean };
}

type SessionWindowEvents = { [E in keyof SessionEvents]: CustomEvent<SessionEvents[E]> };

declare global {
  interface WindowEventMap extends SessionWindowEvents {}
  interface DocumentEventMap {
    sessionUpdated: CustomEvent<StateDetail>;
  }
}

export function platformDetail(platform: PlatformView): PlatformDetail {
  return {
    id: platform.id,
    name: platform.name,
    type: platform.platform_type,
    instanceUrl: platform.instance_url,
    username: platform.username,
    displayName: platform.display_name,
    avatarUrl: platform.avatar_url,
    isDefault: platform.is_default,
    needsReconnect: platform.needs_reconnect,
    maxCharacters: platform.max_characters,
    charactersPerUrl: platform.characters_per_url,
  };
}

export function deadlinesDetail(deadlines: DeadlinesView): DeadlinesDetail {
  return {
    idleExpiresAt: deadlines.idle_expires_at,
    absoluteExpiresAt: deadlines.absolute_expires_at,
    expiresAt: deadlines.expires_at,
  };
}

/** @param pinned the platform that this tab is pinned to; null: it shows the active one */
export function stateDetail(state: SessionState, pinned: PlatformView | null = null): StateDetail {
  const { id, username, email, role } = state.user;
  const shown = pinned ?? state.platform;
  return {
    user: { id, username, email, role },
    platform: shown && platformDetail(shown),
    tabPinned: pinned !== null,
    session: {
      id: state.session.id,
      createdAt: state.session.created_at,
      lastActivity: state.session.last_activity,
      pinned: state.session.pinned ?? false,
      ...deadlinesDetail(state.session),
    },
    revision: state.revision,
  };
}

/**
 * Why a session is over, if only the error code of a refused request is known.
 * @param passed the limit that has passed by our clock: the browser then drops the cookie, and the server can no
 * longer tell whose session it was
 */
export function expiredReason(code: ErrorCode, passed: ExpiringDetail['reason'] | null): ExpiredReason {
  if (code === 'SESSION_INVALID') return 'invalid';
  if (code === 'SESSION_REVOKED') return 'revoked';
  return passed ?? (code === 'AUTHENTICATION_REQUIRED' ? 'logout' : 'idle');
}

/** A missing cookie may also have expired with its session; a sign-out in this browser has an event of its own. */
export function isSignOut(reason: ExpiredReason, code: ErrorCode): boolean {
  return reason === 'logout' && code !== 'AUTHENTICATION_REQUIRED';
}
