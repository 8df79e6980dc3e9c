/** The session alone: for an application that draws all of its pages by itself. */
import { begin } from './core/begin';
import type { SessionSync } from './core/session-sync';

export type * from './core/details';
export { ApiError, isApiError } from './core/errors';
export type { SessionSync };

export const sessionSync: SessionSync = begin();
