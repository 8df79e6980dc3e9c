/** Adapts to the host's application. */
import { RequestMethod, type Type, UnsupportedMediaTypeException } from '@nestjs/common';
import { type AbstractHttpAdapter, type ApplicationConfig, type ModulesContainer } from '@nestjs/core';

/** Excludes our routes from a host's global prefix, so that their paths never change. @param modules our modules */
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
 * Fastify rejects bodies without a parser. This parser reads nothing, so that our route can read the body itself, and
 * only there. A host's own multipart parser is kept.
 */
export function passMultipartTo(path: string, adapter: AbstractHttpAdapter): void {
  if (adapter.getType() !== 'fastify') return;
  const fastify = adapter.getInstance<FastifyLike>();
  if (fastify.hasContentTypeParser('multipart/form-data')) return;
  fastify.addContentTypeParser('multipart/form-data', ({ routeOptions }, _payload, done) => {
    done(routeOptions.url === path ? null : new UnsupportedMediaTypeException());
  });
}
