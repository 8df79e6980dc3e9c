/** A model of users, their sessions and their connections: small, and without a database. */

export interface ModelPlatform {
  id: number;
  name: string;
  /** The contents of its posts, oldest first. */
  posts: string[];
}

export interface ModelSession {
  id: string;
  platform: ModelPlatform | null;
  pinned: boolean;
  /** Milliseconds since 1970. */
  createdAt: number;
  activeAt: number;
  authenticatedAt: number;
  /** The error code that its cookie is refused with; null while it lives. */
  ended: 'SESSION_REVOKED' | 'SESSION_EXPIRED' | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The server's default configuration. */
const IDLE_MS = 12 * HOUR_MS;
const LIFETIME_MS = 24 * HOUR_MS;
const RECENT_LOGIN_MS = 10 * MINUTE_MS;

export class ModelPerson<S extends ModelSession = ModelSession> {
  revision = 0;
  platforms: ModelPlatform[] = [];
  default: ModelPlatform | null = null;
  /** The target of the last switch of all sessions. */
  last: ModelPlatform | null = null;
  readonly sessions: S[] = [];

  /** The active platform of a new session. */
  get start(): ModelPlatform | null {
    return this.last && this.platforms.includes(this.last) ? this.last : this.default;
  }

  get live(): S[] {
    return this.sessions.filter(({ ended }) => ended === null);
  }

  expire(now: number): void {
    for (const session of this.live) {
      const isOver = now >= Math.min(session.activeAt + IDLE_MS, session.createdAt + LIFETIME_MS);
      if (isOver) session.ended = 'SESSION_EXPIRED';
    }
  }

  /** User activity is stored at most once a minute. */
  touch(session: S, now: number): void {
    if (now - session.activeAt >= MINUTE_MS) session.activeAt = now;
  }

  hasRecentLogin(session: S, now: number): boolean {
    return now - session.authenticatedAt <= RECENT_LOGIN_MS;
  }

  connect(platform: ModelPlatform): void {
    this.revision++;
    this.platforms.push(platform);
    if (this.default) return;
    this.default = platform;
    for (const session of this.live) session.platform ??= platform;
  }

  remove(platform: ModelPlatform): void {
    this.revision++;
    this.platforms = this.platforms.filter((each) => each !== platform);
    if (this.default === platform) this.default = this.platforms[0] ?? null;
    for (const session of this.live) if (session.platform === platform) session.platform = this.default;
  }

  makeDefault(platform: ModelPlatform): void {
    this.revision++;
    this.default = platform;
  }

  rename(platform: ModelPlatform, name: string): void {
    this.revision++;
    platform.name = name;
  }

  switch(session: S, platform: ModelPlatform, scope: 'all' | 'session'): void {
    this.revision++;
    Object.assign(session, { platform, pinned: scope === 'session' });
    if (scope === 'session') return;
    this.last = platform;
    for (const each of this.live) if (!each.pinned) each.platform = platform;
  }

  follow(session: S): void {
    if (!session.pinned) return;
    this.revision++;
    Object.assign(session, { platform: this.start, pinned: false });
  }
}
