/** Streams the parts of a multipart body, with Express and Fastify. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy, { type Limits } from 'busboy';
import { AppError, invalidField } from '../common/app-error';
import type { HttpRequest } from './http-types';

export type Part =
  | { kind: 'field'; name: string; value: string; truncated: boolean }
  /** The stream must be consumed before the next part is requested. */
  | { kind: 'file'; name: string; stream: Readable };

/** Fastify has Node's request in `raw`; Express's request is one. */
type Incoming = HttpRequest & { readonly raw?: IncomingMessage };

/**
 * @throws AppError VALIDATION_ERROR for a malformed body or too many parts, PAYLOAD_TOO_LARGE for a file over the limit
 */
export async function* readParts(request: HttpRequest, limits: Limits): AsyncGenerator<Part> {
  const source = (request as Incoming).raw ?? (request as unknown as IncomingMessage);
  // No event follows: the client has disconnected before the first part was requested.
  if (source.destroyed) throw brokenOff();
  const queue: Part[] = [];
  let failure: Error | null = null;
  let file: Readable | null = null;
  let ended = false;
  let wake = (): void => {};
  const fail = (error: Error): void => {
    failure ??= error;
    // The consumer may be waiting for more of the file.
    file?.destroy(failure);
    wake();
  };
  const parser = parserOf(source, limits)
    .on('field', (name, value, { valueTruncated, nameTruncated }) => {
      queue.push({ kind: 'field', name, value, truncated: valueTruncated || nameTruncated });
      wake();
    })
    .on('file', (name, stream) => {
      stream.once('limit', () => stream.destroy(new AppError('PAYLOAD_TOO_LARGE')));
      // Handled here, as nobody reads the stream after an abort.
      stream.on('error', fail);
      file = stream;
      queue.push({ kind: 'file', name, stream });
      wake();
    })
    .on('close', () => {
      ended = true;
      wake();
    })
    .on('error', () => fail(invalidField('body', 'The body is not a readable multipart form')));
  for (const limit of ['partsLimit', 'fieldsLimit', 'filesLimit'] as const) {
    parser.on(limit, () => fail(invalidField('body', 'The body has too many parts')));
  }
  source.once('aborted', () => fail(brokenOff()));
  source.pipe(parser);
  try {
    for (;;) {
      const part = queue.shift();
      if (failure) throw failure;
      if (part) yield part;
      else if (ended) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (queue.length > 0 || ended || failure) resolve();
        });
      }
    }
  } finally {
    source.unpipe(parser);
    parser.destroy();
    // Drains the rest, so that the connection can serve its next request.
    source.resume();
  }
}

const brokenOff = (): AppError => invalidField('body', 'The body was not sent to its end');

function parserOf(source: IncomingMessage, limits: Limits) {
  try {
    return busboy({ headers: source.headers, limits, defParamCharset: 'utf8' });
  } catch {
    throw invalidField('body', 'The body is not a readable multipart form');
  }
}
