/** Decorators that declare what a route requires of its session. */
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

const guarded = () => applyDecorators(UseGuards(SessionGuard), UseFilters(SessionErrorFilter));

/**
 * Accepts only callers with a live session that meets the requirement. Applies the guard and the error filter as well;
 * for a method or a class of routes, or of messages of a gateway. Requirements of the class, of the method and of
 * several such decorators add up; where they contradict each other, the method's and the uppermost count.
 * @example `@RequireSession({ platform: true })`
 */
export const RequireSession = (requirement: SessionRequirement = {}): MethodDecorator & ClassDecorator => {
  const require = (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const below = Reflect.getOwnMetadata(REQUIREMENT, descriptor?.value ?? target);
    SetMetadata(REQUIREMENT, { ...below, ...requirement })(target, key!, descriptor!);
  };
  return applyDecorators(require as MethodDecorator & ClassDecorator, guarded());
};

/**
 * Accepts any caller, where a session is otherwise required; not in a handler that itself requires one. Applies the
 * error filter as well.
 */
export const Public = () => applyDecorators(SetMetadata(PUBLIC, true), UseFilters(SessionErrorFilter));

/** Does not count as user activity: it does not move the idle limit. */
export const Passive = () => SetMetadata(PASSIVE, true);

/**
 * The guard may use a cached session: for a handler that does all its work within `SessionService.runAuthorized`, which
 * checks the session again in its transaction.
 */
export const AllowCachedSession = () => SetMetadata(ALLOW_CACHED_SESSION, true);

/** The handler makes the server call an instance: the caller's rate budget for such requests applies. */
export const CallsInstance = () => SetMetadata(CALLS_INSTANCE, true);

/** The only media type accepted for bodies; JSON by default. */
export const BodyType = (mediaType: string) => SetMetadata(BODY_TYPE, mediaType);

/**
 * Requires a session whose user gave a password recently; others get REAUTHENTICATION_REQUIRED.
 * @param age such as `10m`; the configured age by default
 */
export const RequireRecentLogin = (age?: string, options: Omit<RecentLogin, 'age'> = {}) => {
  const milliseconds = age === undefined ? null : parseDuration('@RequireRecentLogin', age);
  return applyDecorators(SetMetadata(RECENT_LOGIN, { age: milliseconds, ...options } satisfies RecentLogin), guarded());
};

/**
 * A controller of this package: requires a session unless a route is @Public(), and answers errors in our format. A
 * host's versioning and pipes do not apply.
 */
export const ApiController = (path = '') =>
  applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    SetMetadata(BODY_TYPE, 'application/json'),
    UseGuards(SessionGuard),
    UseFilters(ErrorFilter),
  );
