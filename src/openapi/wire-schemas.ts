/** Reads what the build generates from the types: see scripts/wire-schemas.mjs and scripts/openapi-metadata.mjs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** JSON Schema draft 2020-12, as used by OpenAPI 3.1 and AsyncAPI 3. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  [keyword: string]: unknown;
}

/** By name: types of the protocol, `Controller_method` for a route's response, `Event_…` for the socket. */
export function readWireSchemas(): Record<string, Schema> {
  return JSON.parse(readFileSync(join(__dirname, 'wire-schemas.json'), 'utf8')) as Record<string, Schema>;
}

/** What @nestjs/swagger needs to know of DTOs and controllers. */
export function readDtoMetadata(): () => Promise<Record<string, unknown>> {
  return (require('./openapi-metadata') as { default: () => Promise<Record<string, unknown>> }).default;
}

/** The schemas that `roots` refer to, directly or through other schemas. */
export function referredSchemas(all: Record<string, Schema>, roots: unknown): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const visit = (node: unknown) => {
    for (const [, name = ''] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = all[name];
      if (!schema || found[name]) continue;
      found[name] = schema;
      visit(schema);
    }
  };
  visit(roots);
  return found;
}
