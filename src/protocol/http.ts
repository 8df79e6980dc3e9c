/** Names and shapes of the HTTP wire, shared by server, client and tests. JSON is snake_case; times are ISO 8601 UTC. */

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

/** Longest text of a post, in characters, until the instance has said its own limit. */
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
  /** Null until the instance has told it, as the avatar. */
  display_name: string | null;
  avatar_url: string | null;
  /** The instance has refused the token: posts are refused until there is a new one. */
  needs_reconnect: boolean;
  /** Why, where it is known and the connection needs it. */
  reconnect_reason?: string;
  /** Longest text of a post, in characters; the instance's own as soon as it is known. */
  max_characters: number;
  /** What every link counts for; null: links and mentions count as they stand. */
  characters_per_url: number | null;
}

/** What the instance takes as media. Sizes are bytes, null where it does not say. */
export interface MediaLimitsView {
  max_attachments: number;
  /** Empty where it does not say. */
  mime_types: string[];
  image_size: number | null;
  video_size: number | null;
  description_length: number;
}

/** How far the reading of an account is; all numbers are of the last time that it was begun. */
export interface ImportView {
  /** Posts that were new here. */
  imported: number;
  /** Posts and attachments that could not be read. */
  left_out: number;
  /** It goes on in the background. */
  running: boolean;
  /** The account may have posts that are older than all that were read. */
  has_older: boolean;
  /** Why it waits, and until when. */
  error: string | null;
  next_attempt_at: string | null;
}

/** Where to send the person, to sign in at the instance. */
export interface ConnectStartView {
  authorize_url: string;
}

/** The answer to "does the token still work?". */
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
  /** It stays with its platform when the user's other sessions switch. */
  pinned?: boolean;
}

/** What a tab knows: who, which session, which platform, as of `revision`. */
export interface SessionState {
  authenticated: true;
  revision: number;
  server_time: string;
  user: UserView;
  session: SessionView;
  platform: PlatformView | null;
}

/** The state as REST answers it; the token never travels on the socket. */
export interface RestSessionState extends SessionState {
  csrf_token: string;
}

export interface ExtendedView extends DeadlinesView {
  server_time: string;
}

export interface DeviceView {
  id: string;
  current: boolean;
  /** Browser and system, in words. */
  device: string;
  /** What its person calls it; null: nothing yet. */
  name: string | null;
  ip_address: string;
  created_at: string;
  last_activity: string;
  expires_at: string;
  platform: PlatformView | null;
  /** A socket of this session is open on any node. */
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
  /** Whether `GET /api/media/:id/picture` may have a picture of it. */
  has_picture: boolean;
}

/** An image that lacks its description, with what is known of it from its post. */
export interface PendingImageView extends ImageView {
  platform_id: number;
  post: Pick<PostView, 'id' | 'content' | 'spoiler_text' | 'url' | 'created_at'>;
}

export interface PendingImagesView {
  images: PendingImageView[];
  /** Of the platform. */
  total: number;
  next_before_id: number | null;
}

/** An uploaded file. `size` in bytes; both null for what was read from the instance. */
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
  /** Why it failed; of one that waits, why the last try came to nothing. */
  error: string | null;
  /** When one that waits is tried again. */
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
  /** Why Redis is not used, where it is known. */
  redis_fault?: string;
}

export interface UserDataView {
  user_id: number;
  username: string;
  platform: { id: number; name: string; type: PlatformType };
  session_info: { created_at: string; last_activity: string };
}
