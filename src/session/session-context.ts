import type { EndReason } from '../protocol/events';
import type { PlatformView, UserView } from '../protocol/http';
import type { Deadlines } from './expiry-policy';

/** All that a request needs to know of its session, as of `revision`. Holds no secret. */
export interface SessionContext {
  readonly revision: number;
  readonly user: UserView & { readonly isActive: boolean };
  readonly session: Deadlines & {
    readonly id: string;
    /** SHA-256 of the secret that it goes by now, hex. */
    readonly tokenHash: string;
    readonly createdAt: Date;
    readonly lastActivityAt: Date;
    /** When the person last proved who they are: by signing in, or by their password since then. */
    readonly authenticatedAt: Date;
    readonly endedAt: Date | null;
    readonly endReason: EndReason | null;
    /** Stays on its platform when the user's other sessions switch. */
    readonly pinned: boolean;
    /** Of the sign-in. */
    readonly userAgent: string;
    /** Where the session was last used from. */
    readonly ipAddress: string;
  };
  /** The active platform; null when none is connected. */
  readonly platform: PlatformView | null;
}

/** What is kept of a user agent; UTF-16 units. */
export const MAX_USER_AGENT_LENGTH = 512;

/** Where a request comes from. */
export interface Device {
  userAgent: string;
  ipAddress: string;
}
