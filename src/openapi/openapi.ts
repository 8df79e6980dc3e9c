/** Serves OpenAPI and AsyncAPI documents. */
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { type INestApplication, StreamableFile } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { CONFIG, type Config } from '../common/config';
import { HealthController } from '../monitor/health.controller';
import { HEADERS } from '../protocol/http';
import { BODY_TYPE } from '../session/route-metadata';
import { RoutePolicies } from '../session/route-policy';
import { publicCookieName } from '../session/session-cookie';
import { describeSocket } from './asyncapi';
import { describeOperation, HEADER_PARAMETERS, type Operation, type Route } from './openapi-operation';
import { readDtoMetadata, readWireSchemas, referredSchemas } from './wire-schemas';

const VERSION = '1.0';
const JSON_TYPE = 'application/json; charset=utf-8';
/** Routes outside the API prefix that are documented too; pages are not. */
const FOR_OPERATORS = /^\/(health|metrics)\b/;

/** Files of swagger-ui-dist, unchanged: the page has no inline script or style. */
const PAGE_FILES = {
  'index.html': 'text/html',
  'index.css': 'text/css',
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'swagger-ui-standalone-preset.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
  'favicon-16x16.png': 'image/png',
};

const startPage = (prefix: string) => `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: '${prefix}/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
};
`;

/** @returns the folder of swagger-ui-dist; null where the application has not installed it */
function findSwaggerUi(): string | null {
  try {
    return dirname(require.resolve('swagger-ui-dist/package.json'));
  } catch {
    return null;
  }
}

/**
 * Serves `/api/openapi.json`, `/api/asyncapi.json`, and outside production Swagger UI at `/api/docs` if swagger-ui-dist is
 * installed, under the API's prefix, on Express and Fastify. To be called before `listen`.
 */
export function describeApi(app: INestApplication): void {
  const config = app.get<Config>(CONFIG, { strict: false });
  const { prefix } = config.routes;
  const adapter = app.getHttpAdapter();
  const serve = (path: string, type: string, body: () => unknown): void => {
    adapter.get(prefix + path, async (_request: unknown, response: unknown) => {
      const content = await body();
      adapter.setHeader(response, 'Content-Type', type);
      await adapter.reply(response, content);
    });
  };
  let document: Promise<OpenAPIObject> | undefined;
  serve('/openapi.json', JSON_TYPE, () => {
    document ??= createDocument(app, config).catch((error: unknown) => {
      // The next request tries again.
      document = undefined;
      throw error;
    });
    return document;
  });
  serve('/asyncapi.json', JSON_TYPE, () => describeSocket(readWireSchemas()));
  const folder = config.production ? null : findSwaggerUi();
  if (!folder) return;
  adapter.get(`${prefix}/docs`, (_request: unknown, response: unknown) =>
    adapter.redirect(response, 302, `${prefix}/docs/index.html`),
  );
  serve('/docs/swagger-initializer.js', 'text/javascript', () => startPage(prefix));
  for (const [file, type] of Object.entries(PAGE_FILES)) {
    serve(`/docs/${file}`, type, () => new StreamableFile(createReadStream(join(folder, file)), { type }));
  }
}

/** Loads @nestjs/swagger at the first request for the document: it would take a tenth of the time to start a server. */
async function createDocument(app: INestApplication, config: Config): Promise<OpenAPIObject> {
  const { DocumentBuilder, SwaggerModule } = await import('@nestjs/swagger');
  await SwaggerModule.loadPluginMetadata(readDtoMetadata());
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Vedfolnir')
    .setDescription('Live, platform-aware sessions: who is signed in, and as which account they post.')
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addSecurity('session', {
      type: 'apiKey',
      in: 'cookie',
      name: publicCookieName(config),
      description: 'Set by signing in.',
    })
    .addSecurity('csrf', {
      type: 'apiKey',
      in: 'header',
      name: 'X-CSRFToken',
      description: '`csrf_token` of a sign-in or of `GET /api/session`; bound to the session.',
    });
  const document = SwaggerModule.createDocument(app, builder.build());
  const schemas = readWireSchemas();
  const routes = routesByOperation(app);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [path, item] of Object.entries(document.paths as unknown as typeof paths)) {
    if (!path.startsWith(`${config.routes.prefix}/`) && !FOR_OPERATORS.test(path)) continue;
    for (const [method, found] of Object.entries(item)) {
      const id = found.operationId ?? '';
      const route = routes.get(id);
      // A host's routes may be under the prefix too.
      if (route) paths[path] = { ...paths[path], [method]: describeOperation(found, method, route, schemas[id]) };
    }
  }
  const dtos = (document.components?.schemas ?? {}) as typeof schemas;
  const components = {
    ...document.components,
    parameters: HEADER_PARAMETERS,
    schemas: referredSchemas({ ...schemas, ...dtos }, paths),
  };
  return { ...document, paths, components } as unknown as OpenAPIObject;
}

/** Our routes by Nest's operation id. */
function routesByOperation(app: INestApplication): Map<string, Route> {
  const reader = app.get(RoutePolicies, { strict: false });
  const routes = new Map<string, Route>();
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      if (typeof metatype !== 'function' || !isOurs(metatype)) continue;
      const { prototype } = metatype as { prototype: Record<string, () => unknown> };
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const policy = reader.ofRoute(prototype[method]!, metatype as Parameters<RoutePolicies['ofRoute']>[1]);
        const args: Record<string, { data?: unknown }> =
          Reflect.getMetadata(ROUTE_ARGS_METADATA, metatype, method) ?? {};
        const isRepeatable = Object.values(args).some(({ data }) => data === HEADERS.idempotencyKey);
        routes.set(`${metatype.name}_${method}`, { policy, isRepeatable });
      }
    }
  }
  return routes;
}

/** Not a host's, whose class may have the name of one of ours, or getters that do not work on its prototype. */
const isOurs = (controller: object): boolean =>
  controller === HealthController || Reflect.hasMetadata(BODY_TYPE, controller);
