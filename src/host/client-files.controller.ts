import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Controller, Get, Req, Res, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';
import sirv from 'sirv';
import { AppError } from '../common/app-error';
import { ErrorFilter } from '../http/error.filter';
import type { HttpRequest, HttpResponse } from '../http/http-types';
import { Public } from '../session/session.decorators';

/** Fastify wraps Node's request and response; Express extends them. */
interface FastifyRequest {
  raw: IncomingMessage;
}
interface FastifyReply {
  raw: ServerResponse;
  /** Tells Fastify that the response is written elsewhere. */
  hijack(): void;
  getHeaders(): Record<string, string>;
}

/** Output of `vite build`, with a `.gz` and `.br` beside each file. */
const FOLDER = join(__dirname, '../../client');
/** File names with a content hash, which may be cached forever. */
const HASHED = /-[\w-]{8}\.\w+$/;
const PREFIX = '/client';

/** Serves the browser client to our pages and a host's: `/client/vedfolnir.js` and the files it loads. */
@Controller({ version: VERSION_NEUTRAL })
@UseFilters(ErrorFilter)
export class ClientFilesController {
  private readonly files = sirv(existsSync(FOLDER) ? FOLDER : __dirname, {
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      // Browsers must not interpret a file as another type.
      response.setHeader('X-Content-Type-Options', 'nosniff');
    },
  });

  @Get([`${PREFIX}/:file`, `${PREFIX}/:folder/:file`])
  @Public()
  file(
    @Req() request: HttpRequest & Partial<FastifyRequest>,
    @Res() response: HttpResponse & Partial<FastifyReply>,
  ): void {
    const incoming = request.raw ?? (request as unknown as IncomingMessage);
    const outgoing = response.raw ?? (response as unknown as ServerResponse);
    const url = incoming.url ?? '';
    for (const [name, value] of Object.entries(response.getHeaders?.() ?? {})) outgoing.setHeader(name, value);
    // sirv would answer an invalid range with a broken response; files this small need none.
    delete incoming.headers.range;
    let found = isServed(url);
    incoming.url = url.slice(PREFIX.length);
    if (found) {
      this.files(incoming, outgoing, () => {
        found = false;
      });
    }
    incoming.url = url;
    if (!found) throw new AppError('NOT_FOUND');
    response.hijack?.();
  }
}

/** Source maps are not served, however their name is encoded. */
function isServed(url: string): boolean {
  try {
    return !decodeURIComponent(url.split('?')[0]!).endsWith('.map');
  } catch {
    return false;
  }
}
