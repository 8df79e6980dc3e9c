/** Route metadata: set by decorators, read by the guard. */
import type { Role } from '../protocol/http';

export interface SessionRequirement {
  /** An active platform is needed: without one the answer is PLATFORM_REQUIRED. */
  platform?: boolean;
  /** Accepts an expired session, for cleaning up and signing out; never an ended one. */
  allowExpired?: boolean;
  /** Accepts only callers with this role; others get FORBIDDEN. */
  role?: Role;
}

export interface RecentLogin {
  /** Milliseconds; null: the configured age. */
  age: number | null;
  /** A path parameter: when it names the caller's own session, no recent sign-in is required. */
  exceptOwn?: string;
}

export const PUBLIC = 'vedfolnir:public';
export const REQUIREMENT = 'vedfolnir:requirement';
export const PASSIVE = 'vedfolnir:passive';
export const RECENT_LOGIN = 'vedfolnir:recent-login';
export const ALLOW_CACHED_SESSION = 'vedfolnir:allow-cached-session';
export const CALLS_INSTANCE = 'vedfolnir:calls-instance';
export const BODY_TYPE = 'vedfolnir:body-type';
