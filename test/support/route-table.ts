/** Lists an application's routes, from its controllers' metadata. */
import { type INestApplicationContext, RequestMethod, type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';

/** Nest's number for body parameters, see RouteParamtypes. */
const BODY_PARAMETER = 3;

export interface Route {
  method: string;
  /** Including the prefix, with placeholders such as `:id`. */
  path: string;
  controller: Type;
  handler: string;
  /** The DTO of the body, if there is one. */
  body: Type | null;
}

export function routesOf(app: INestApplicationContext): Route[] {
  const container = app.get(ModulesContainer);
  return [...container.values()].flatMap(({ metatype, controllers }) => {
    const prefix = String(Reflect.getMetadata(`__module_path__${container.applicationId}`, metatype) ?? '');
    return [...controllers.values()].flatMap((each) => routesOfController(each.metatype as Type, prefix));
  });
}

function routesOfController(controller: Type, prefix: string): Route[] {
  const bases = listOf(Reflect.getMetadata('path', controller));
  return Object.getOwnPropertyNames(controller.prototype).flatMap((handler) => {
    const method: unknown = controller.prototype[handler];
    if (handler === 'constructor' || typeof method !== 'function') return [];
    const paths: unknown = Reflect.getMetadata('path', method);
    if (paths === undefined) return [];
    const verb = RequestMethod[Reflect.getMetadata('method', method) as number]!;
    const body = bodyOf(controller, handler);
    return bases.flatMap((base) =>
      listOf(paths).map((path) => ({ method: verb, path: join(prefix, base, path), controller, handler, body })),
    );
  });
}

function bodyOf(controller: Type, handler: string): Type | null {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
    string,
    { index: number }
  >;
  const body = Object.entries(parameters).find(([key]) => key.startsWith(`${BODY_PARAMETER}:`));
  if (!body) return null;
  return (Reflect.getMetadata('design:paramtypes', controller.prototype, handler) as Type[])[body[1].index]!;
}

const listOf = (paths: unknown): string[] => (Array.isArray(paths) ? paths : [paths ?? '']).map(String);

function join(...parts: string[]): string {
  const path = parts.flatMap((part) => part.split('/')).filter(Boolean);
  return `/${path.join('/')}`;
}
