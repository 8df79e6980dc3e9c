import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** Describes the HTTP interface at /api/openapi.json, from the DTOs themselves; made when first asked for. */
export function describeApi(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/api/openapi.json', async (_request, reply) => {
    document ??= SwaggerModule.createDocument(
      app,
      new DocumentBuilder().setTitle('Vedfolnir').setDescription('Live, platform-aware sessions').build(),
    );
    return reply.send(document);
  });
}
