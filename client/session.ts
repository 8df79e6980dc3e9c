/** The session alone, for an application that renders all of its pages by itself. */
import { startCsrfMeta } from './conventions/csrf-meta';
import { installSessionSync } from './core/install';
import type { SessionSync } from './core/session-sync';

export { ApiError, isApiError } from './core/errors';
export type * from './core/event-details';
export type { SessionSync };

export const sessionSync: SessionSync = installSessionSync(startCsrfMeta);
