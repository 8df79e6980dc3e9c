import type { PlatformView } from '../protocol/http';
import type { PlatformTarget } from './request-session';
import type { SessionContext } from './session-context';

/** Finds the platform that a request names, before its handler runs. Implemented by the platform module. */
export abstract class PlatformResolver {
  /** @throws AppError PLATFORM_NOT_FOUND or PLATFORM_CONTEXT_STALE */
  abstract resolve(context: SessionContext, target: PlatformTarget): Promise<PlatformView>;
}
