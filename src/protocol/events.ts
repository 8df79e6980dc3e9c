/** The socket's wire: events are facts (`noun:past-verb`), each with one payload object. */
import type { EndReason } from './end-reasons';
import type { ErrorBody, ErrorCode } from './errors';
import type { DeadlinesView, ExtendedView, PlatformView, PostView, SessionState } from './http';

export { END_REASONS, type EndReason } from './end-reasons';

export interface PlatformSwitched {
  revision: number;
  /** Null: every session of the user has moved. */
  session_id: string | null;
  platform: PlatformView | null;
  previous_platform_id: number | null;
  origin: { session_id: string | null; tab_id: string | null };
  /** The user's sessions that stay where they are: a switch of all the others only raises their revision. */
  pinned_session_ids?: string[];
  server_time: string;
}

export interface PlatformsChanged {
  revision: number;
  platforms: PlatformView[];
  current_platform: PlatformView | null;
  server_time: string;
}

export interface SessionExpiring {
  session_id: string;
  reason: 'idle' | 'absolute';
  expires_at: string;
  server_time: string;
}

export interface SessionExtended extends DeadlinesView {
  session_id: string;
  server_time: string;
}

export interface SessionEnded {
  session_id: string;
  reason: EndReason;
  error_code: ErrorCode;
  at: string;
}

/** To the author's tabs: a post is new, or its status is. */
export interface PostUpdated {
  post: PostView;
  server_time: string;
}

/** To the author's tabs: a post was thrown away unpublished. */
export interface PostRemoved {
  post_id: number;
  platform_id: number;
  server_time: string;
}

/** What the application that hosts us tells its tabs. */
export interface AppMessage {
  name: string;
  payload: unknown;
}

/** To the owner's tabs, once for each page that was read of an account: its lists and numbers may be others. */
export interface PostsImported {
  platform_id: number;
  /** New here, and what could not be read, since the reading began. */
  imported: number;
  left_out: number;
  /** Whether this page has brought, changed or removed posts. */
  is_changed: boolean;
  running: boolean;
  server_time: string;
}

export interface ServerToClientEvents {
  'session:state': (state: SessionState) => void;
  'platform:switched': (event: PlatformSwitched) => void;
  'platforms:changed': (event: PlatformsChanged) => void;
  'session:expiring': (event: SessionExpiring) => void;
  'session:extended': (event: SessionExtended) => void;
  'session:ended': (event: SessionEnded) => void;
  'post:updated': (event: PostUpdated) => void;
  'post:removed': (event: PostRemoved) => void;
  'app:message': (message: AppMessage) => void;
  'posts:imported': (event: PostsImported) => void;
}

export interface ClientToServerEvents {
  'session:sync': (payload: { revision?: number }, ack: (answer: SessionState | ErrorBody) => void) => void;
  'session:activity': (payload: Record<string, never>, ack: (answer: ExtendedView | ErrorBody) => void) => void;
}

/** `auth` of the handshake. */
export interface HandshakeAuth {
  tab_id: string;
  revision?: number;
}
