/** What a route says of the session it needs. */
import { applyDecorators, Controller, SetMetadata, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { parseDuration } from '../common/config';
import { ErrorFilter, SessionErrorFilter } from '../http/error.filter';
import {
  ALLOW_CACHED_SESSION,
  BODY_TYPE,
  CALLS_INSTANCE,
  PASSIVE,
  PUBLIC,
  RECENT_LOGIN,
  REQUIREMENT,
  type RecentLogin,
  type SessionRequirement,
} from './route-metadata';
import { SessionGuard } from './session.guard';

/**
 * Takes callers with a live session only, and what the requirement names beyond. Brings its guard and its error answers
 * with it; for a method or a class of routes, or of messages of a gateway.
 * @example `@RequireSession({ platform: true })`
 */
export const RequireSession = (requirement: SessionRequirement = {}) =>
  applyDecorators(SetMetadata(REQUIREMENT, requirement), UseGuards(SessionGuard), UseFilters(SessionErrorFilter));

/** Open to everyone, within a controller that otherwise takes signed-in callers only. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Does not count as user activity: it does not move the idle limit. */
export const Passive = () => SetMetadata(PASSIVE, true);

/**
 * The handler does all that it does by `SessionService.runAuthorizedSwitch`, which finds the session live where it
 * writes: the guard need not ask the database before.
 */
export const AllowCachedSession = () => SetMetadata(ALLOW_CACHED_SESSION, true);

/** The handler makes the server call an instance: callers have a budget of such requests. */
export const CallsInstance = () => SetMetadata(CALLS_INSTANCE, true);

/** The one media type of body that the route takes; JSON where none is said. */
export const BodyType = (mediaType: string) => SetMetadata(BODY_TYPE, mediaType);

/**
 * Only for those who have given their password a short while ago; others get REAUTHENTICATION_REQUIRED.
 * @param age such as `10m`; as configured where none is given
 */
export const RequireRecentLogin = (age?: string, options: Omit<RecentLogin, 'age'> = {}) => {
  const milliseconds = age === undefined ? null : parseDuration('@RequireRecentLogin', age);
  return SetMetadata(RECENT_LOGIN, { age: milliseconds, ...options } satisfies RecentLogin);
};

/**
 * A controller of ours: signed-in callers unless a route says @Public(), and our answers to every error. Whatever versions
 * and pipes a host has are its own.
 */
export const ApiController = (path = '') =>
  applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    SetMetadata(BODY_TYPE, 'application/json'),
    UseGuards(SessionGuard),
    UseFilters(ErrorFilter),
  );
