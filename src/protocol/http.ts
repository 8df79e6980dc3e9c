/** Names and types of the HTTP API, shared by server, client and tests. JSON is snake_case; times are ISO 8601 UTC. */

export const HEADERS = {
  csrf: 'x-csrftoken',
  tabId: 'x-tab-id',
  platformId: 'x-platform-id',
  platformPinned: 'x-platform-pinned',
  background: 'x-background',
  idempotencyKey: 'idempotency-key',
} as const;

export const PLATFORM_TYPES = ['mastodon', 'pixelfed'] as const;
export type PlatformType = (typeof PLATFORM_TYPES)[number];

/** Default limit of a post, used until the instance has reported its own; characters. */
export const CHARACTER_LIMITS: Record<PlatformType, number> = { mastodon: 500, pixelfed: 2200 };

export const VISIBILITIES = ['public', 'unlisted', 'private', 'direct'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const SWITCH_SCOPES = ['all', 'session'] as const;
export type SwitchScope = (typeof SWITCH_SCOPES)[number];

export type Role = 'user' | 'admin';
export type PostStatus = 'queued' | 'publishing' | 'published' | 'failed';
export type ImageStatus = 'pending' | 'ready';

export interface UserView {
  id: number;
  username: string;
  email: string;
  role: Role;
}

export interface PlatformView {
  id: number;
  name: string;
  platform_type: PlatformType;
  instance_url: string;
  username: string | null;
  is_default: boolean;
  is_active: boolean;
  /** Null until the instance has reported it, as `avatar_url`. */
  display_name: string | null;
  avatar_url: string | null;
  /** The instance has rejected the token; posts are refused until it is replaced. */
  needs_reconnect: boolean;
  /** The reason, if known, while `needs_reconnect` is true. */
  reconnect_reason?: string;
  /** Limit of a post, as reported by the instance or the default; characters. */
  max_characters: number;
  /** Characters that each link counts for; null: links and mentions count in full. */
  characters_per_url: number | null;
}

/** Media that the instance accepts. Sizes in bytes, null if not reported. */
export interface MediaLimitsView {
  max_attachments: number;
  /** Empty if not reported. */
  mime_types: string[];
  image_size: number | null;
  video_size: number | null;
  description_length: number;
}

/** Progress of an account's import; numbers since its last start. */
export interface ImportView {
  /** New posts. */
  imported: number;
  /** Posts and attachments that could not be read. */
  left_out: number;
  /** Continues in the background. */
  running: boolean;
  /** The account may have posts older than all imported ones. */
  has_older: boolean;
  /** Why the import failed or waits, and the time of the next attempt. */
  error: string | null;
  next_attempt_at: string | null;
}

/** URL for the sign-in at the instance. */
export interface ConnectStartView {
  authorize_url: string;
}

/** Result of a successful token check. */
export interface PlatformTestView {
  ok: true;
  account: { username: string; display_name: string; url: string | null; avatar_url: string | null };
  platform: PlatformView;
}

export interface DeadlinesView {
  idle_expires_at: string;
  absolute_expires_at: string;
  expires_at: string;
}

export interface SessionView extends DeadlinesView {
  id: string;
  created_at: string;
  last_activity: string;
  /** Keeps its platform when the user's other sessions switch. */
  pinned?: boolean;
}

/** State of a tab as of `revision`: user, session, active platform. */
export interface SessionState {
  authenticated: true;
  revision: number;
  server_time: string;
  user: UserView;
  session: SessionView;
  platform: PlatformView | null;
}

/** The state in REST responses; the CSRF token is never sent over the socket. */
export interface RestSessionState extends SessionState {
  csrf_token: string;
}

export interface ExtendedView extends DeadlinesView {
  server_time: string;
}

export interface DeviceView {
  id: string;
  current: boolean;
  /** Browser and operating system, as text. */
  device: string;
  /** Name given by the user; null if none. */
  name: string | null;
  ip_address: string;
  created_at: string;
  last_activity: string;
  expires_at: string;
  platform: PlatformView | null;
  /** Whether a socket of this session is open on any node. */
  online: boolean;
}

export interface UserPlatformsView {
  platforms: PlatformView[];
  current_platform: PlatformView | null;
  revision: number;
}

export interface SwitchResult {
  success: true;
  platform: PlatformView;
  revision: number;
}

export interface ImageView {
  id: number;
  alt_text: string | null;
  status: ImageStatus;
  /** Whether `GET /api/media/:id/picture` may return a picture. */
  has_picture: boolean;
}

/** An image without a description, with its post for context. */
export interface PendingImageView extends ImageView {
  platform_id: number;
  post: Pick<PostView, 'id' | 'content' | 'spoiler_text' | 'url' | 'created_at'>;
}

export interface PendingImagesView {
  images: PendingImageView[];
  /** All such images of the platform. */
  total: number;
  next_before_id: number | null;
}

/** An uploaded file. `size` in bytes; `size` and `mime_type` are null for an imported image. */
export interface MediaView extends ImageView {
  platform_id: number;
  mime_type: string | null;
  size: number | null;
}

export interface PostView {
  id: number;
  platform_id: number;
  title: string | null;
  content: string;
  visibility: Visibility;
  spoiler_text: string | null;
  status: PostStatus;
  url: string | null;
  /** Why the post failed, or why its last attempt did if it is queued. */
  error: string | null;
  /** Time of the next attempt, if the post is waiting for one. */
  next_attempt_at: string | null;
  images: ImageView[];
  created_at: string;
  published_at: string | null;
}

export interface PostsView {
  posts: PostView[];
  next_before_id: number | null;
}

export interface StatisticsView {
  total_posts: number;
  total_images: number;
  pending_images: number;
}

export interface PlatformDataView {
  platform_id: number;
  platform_name: string;
  data: Pick<PlatformView, 'platform_type' | 'instance_url' | 'username' | 'max_characters' | 'characters_per_url'> & {
    media: MediaLimitsView | null;
  };
}

export interface ReadinessView {
  status: 'ok' | 'draining' | 'unavailable';
  database: 'up' | 'down';
  redis: 'up' | 'down' | 'unused';
  /** Why Redis is not used, if known. */
  redis_fault?: string;
}

export interface UserDataView {
  user_id: number;
  username: string;
  platform: { id: number; name: string; type: PlatformType };
  session_info: { created_at: string; last_activity: string };
}
