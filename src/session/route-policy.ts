import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
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

/** What a route requires of its callers. */
export interface RoutePolicy {
  isPublic: boolean;
  requirement: SessionRequirement;
  passive: boolean;
  allowCachedSession: boolean;
  recentLogin: RecentLogin | null;
  /** The handler makes the server call an instance. */
  callsInstance: boolean;
  /** The only media type accepted for bodies; null: a host's route, which accepts any. */
  bodyType: string | null;
}

type Handler = ReturnType<ExecutionContext['getHandler']>;
type Controller = ReturnType<ExecutionContext['getClass']>;

/** Caches each route's metadata: it never changes, and reading it costs more than the rest of the guard. */
@Injectable()
export class RoutePolicies {
  private readonly known = new WeakMap<Handler, WeakMap<Controller, RoutePolicy>>();

  constructor(private readonly reflector: Reflector) {}

  of(execution: ExecutionContext): RoutePolicy {
    return this.ofRoute(execution.getHandler(), execution.getClass());
  }

  ofRoute(handler: Handler, controller: Controller): RoutePolicy {
    const found = this.known.get(handler)?.get(controller);
    if (found) return found;
    const read = <T>(key: string) => this.reflector.getAllAndOverride<T | undefined>(key, [handler, controller]);
    const policy: RoutePolicy = {
      isPublic: this.isPublic(handler) ?? this.isPublic(controller) ?? false,
      requirement: { ...this.requirementOf(controller), ...this.requirementOf(handler) },
      passive: read<boolean>(PASSIVE) ?? false,
      allowCachedSession: read<boolean>(ALLOW_CACHED_SESSION) ?? false,
      recentLogin: read<RecentLogin>(RECENT_LOGIN) ?? null,
      callsInstance: read<boolean>(CALLS_INSTANCE) ?? false,
      bodyType: read<string>(BODY_TYPE) ?? null,
    };
    const ofHandler = this.known.get(handler) ?? new WeakMap();
    this.known.set(handler, ofHandler.set(controller, policy));
    return policy;
  }

  private requirementOf(target: Handler | Controller): SessionRequirement | undefined {
    return this.reflector.get<SessionRequirement | undefined>(REQUIREMENT, target);
  }

  /** Whether this handler or class itself decides who may call; a requirement counts more than `@Public()`. */
  private isPublic(target: Handler | Controller): boolean | undefined {
    const has = (key: string) => this.reflector.get<unknown>(key, target) !== undefined;
    if (this.requirementOf(target) || has(RECENT_LOGIN)) return false;
    return has(PUBLIC) || undefined;
  }
}
