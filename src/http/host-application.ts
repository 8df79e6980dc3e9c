/** Adapts to the host's application. */
import { RequestMethod, type Type } from '@nestjs/common';
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

/** Precedes the content type of an upload to us, so that Fastify chooses our parser and never one of the host. */
const OURS = 'vedfolnir-';

interface FastifyRequestLike {
  routeOptions: { url?: string };
  raw: { headers: Record<string, string | undefined> };
}

interface FastifyLike {
  addHook(
    name: 'preParsing',
    hook: (request: FastifyRequestLike, reply: unknown, payload: unknown, done: () => void) => void,
  ): void;
  addContentTypeParser(
    type: string,
    parser: (request: FastifyRequestLike, payload: unknown, done: (error: null) => void) => void,
  ): void;
}

/**
 * Fastify rejects bodies without a parser, and chooses it by the content type alone. Ours reads nothing, so that our
 * route can read the body itself; other routes have the host's parsers, or none.
 */
export function passMultipartTo(path: string, adapter: AbstractHttpAdapter): void {
  if (adapter.getType() !== 'fastify') return;
  const fastify = adapter.getInstance<FastifyLike>();
  fastify.addHook('preParsing', ({ routeOptions, raw: { headers } }, _reply, _payload, done) => {
    const type = headers['content-type'];
    if (routeOptions.url === path && type?.startsWith('multipart/form-data')) headers['content-type'] = OURS + type;
    done();
  });
  fastify.addContentTypeParser(`${OURS}multipart/form-data`, ({ raw: { headers } }, _payload, done) => {
    headers['content-type'] = headers['content-type']?.slice(OURS.length);
    done(null);
  });
}
