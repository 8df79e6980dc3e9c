/** Wire types of the socket. Each event has one payload object. */
import type { EndReason } from './end-reasons';
import type { ErrorBody, ErrorCode } from './errors';
import type { DeadlinesView, ExtendedView, PlatformView, PostView, SessionState } from './http';

export { END_REASONS, type EndReason } from './end-reasons';

export interface PlatformSwitched {
  revision: number;
  /** Null: all sessions of the user have switched. */
  session_id: string | null;
  platform: PlatformView | null;
  previous_platform_id: number | null;
  origin: { session_id: string | null; tab_id: string | null };
  /** Sessions that keep their platform: a switch of all others only raises their revision. */
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

/** To the author's tabs: a post was created or changed. */
export interface PostUpdated {
  post: PostView;
  server_time: string;
}

/** To the author's tabs: a post was deleted here. */
export interface PostRemoved {
  post_id: number;
  platform_id: number;
  server_time: string;
}

/** A message of the host application to its tabs. */
export interface AppMessage {
  name: string;
  payload: unknown;
}

/** To the owner's tabs, once per imported page of an account: lists and counts may have changed. */
export interface PostsImported {
  platform_id: number;
  /** New posts, and elements that could not be read, since the import started. */
  imported: number;
  left_out: number;
  /** Whether this page has added, changed or removed posts. */
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
  /** `revision` is not used by the server: the answer is always the whole state. */
  'session:sync': (payload: { revision?: number }, ack: (answer: SessionState | ErrorBody) => void) => void;
  'session:activity': (payload: Record<string, never>, ack: (answer: ExtendedView | ErrorBody) => void) => void;
}

/** The `auth` object of the handshake. */
export interface HandshakeAuth {
  tab_id: string;
  /** Not used by the server. */
  revision?: number;
}
