import type { EndReason } from '../protocol/events';
import type { PlatformView, UserView } from '../protocol/http';
import type { Deadlines } from './expiry-policy';

/** What a request needs to know about its session, as of `revision`. Holds no secret. */
export interface SessionContext {
  readonly revision: number;
  readonly user: UserView & { readonly isActive: boolean };
  readonly session: Deadlines & {
    readonly id: string;
    /** SHA-256 of the session's current secret, hex. */
    readonly tokenHash: string;
    readonly createdAt: Date;
    readonly lastActivityAt: Date;
    /** When the user last gave a password: at sign-in, or since then. */
    readonly authenticatedAt: Date;
    readonly endedAt: Date | null;
    readonly endReason: EndReason | null;
    /** Stays on its platform when the user's other sessions switch. */
    readonly pinned: boolean;
    /** At sign-in. */
    readonly userAgent: string;
    /** Where the session was last used from. */
    readonly ipAddress: string;
  };
  /** The active platform; null when none is connected. */
  readonly platform: PlatformView | null;
}

/** In UTF-16 units; longer user agents are cut. */
export const MAX_USER_AGENT_LENGTH = 512;

/** The source of a request. */
export interface Device {
  userAgent: string;
  ipAddress: string;
}
