/** What we need of the application that we are part of, and no more than that. */
import { RequestMethod, type Type, UnsupportedMediaTypeException } from '@nestjs/common';
import { type AbstractHttpAdapter, type ApplicationConfig, type ModulesContainer } from '@nestjs/core';

/**
 * Our addresses are those of the contract whatever global prefix a host sets for its own.
 * @param modules ours
 */
export function keepOutOfGlobalPrefix(
  application: ApplicationConfig,
  container: ModulesContainer,
  modules: ReadonlySet<Type>,
): void {
  const options = application.getGlobalPrefixOptions();
  const ours = routesOf(container, modules).map((path) => ({
    path,
    requestMethod: RequestMethod.ALL,
    pathRegex: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?$`),
  }));
  application.setGlobalPrefixOptions({ ...options, exclude: [...(options.exclude ?? []), ...ours] });
}

function routesOf(container: ModulesContainer, modules: ReadonlySet<Type>): string[] {
  const paths: string[] = [];
  for (const module of container.values()) {
    if (!modules.has(module.metatype)) continue;
    const prefix: string = Reflect.getMetadata(`__module_path__${container.applicationId}`, module.metatype) ?? '';
    for (const { metatype } of module.controllers.values()) {
      const controller: string = Reflect.getMetadata('path', metatype as Type) ?? '';
      const { prototype } = metatype as Type;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler: unknown = prototype[name];
        const found: unknown = typeof handler === 'function' ? Reflect.getMetadata('path', handler) : undefined;
        for (const path of [found].flat()) if (typeof path === 'string') paths.push(join(prefix, controller, path));
      }
    }
  }
  return paths;
}

function join(...parts: string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
}

interface FastifyLike {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    parser: (
      request: { routeOptions: { url?: string } },
      payload: unknown,
      done: (error: Error | null) => void,
    ) => void,
  ): void;
}

/**
 * Fastify refuses a body that no parser is there for. Ours reads nothing, so that the route can: for that route alone.
 * A host that has a parser for multipart bodies keeps it.
 */
export function passMultipartTo(path: string, adapter: AbstractHttpAdapter): void {
  if (adapter.getType() !== 'fastify') return;
  const fastify = adapter.getInstance<FastifyLike>();
  if (fastify.hasContentTypeParser('multipart/form-data')) return;
  fastify.addContentTypeParser('multipart/form-data', ({ routeOptions }, _payload, done) => {
    done(routeOptions.url === path ? null : new UnsupportedMediaTypeException());
  });
}
