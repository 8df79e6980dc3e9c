/** What decorators note about a route, and where the guard looks it up. */
import type { Role } from '../protocol/http';

export interface SessionRequirement {
  /** An active platform is needed: without one the answer is PLATFORM_REQUIRED. */
  platform?: boolean;
  /** A session that has run out may pass, for cleaning up and signing out; an ended one may not. */
  allowExpired?: boolean;
  /** Only callers of this role; others get FORBIDDEN. */
  role?: Role;
}

export interface RecentLogin {
  /** Milliseconds; null: as configured. */
  age: number | null;
  /** A parameter of the path: where it names the caller's own session, nothing is asked. */
  exceptOwn?: string;
}

export const PUBLIC = 'vedfolnir:public';
export const REQUIREMENT = 'vedfolnir:requirement';
export const PASSIVE = 'vedfolnir:passive';
export const RECENT_LOGIN = 'vedfolnir:recent-login';
export const ALLOW_CACHED_SESSION = 'vedfolnir:allow-cached-session';
export const CALLS_INSTANCE = 'vedfolnir:calls-instance';
export const BODY_TYPE = 'vedfolnir:body-type';
