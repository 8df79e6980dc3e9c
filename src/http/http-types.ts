/** The common part of Express's and Fastify's requests and responses; nothing else of either is used. */
import type { IncomingHttpHeaders } from 'node:http';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly params: unknown;
  readonly query: unknown;
  /** Fastify: the id that is sent as X-Request-Id. */
  readonly id?: unknown;
  readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean };
  /** Fastify: the matched route. */
  readonly routeOptions?: { readonly url?: string };
  /** Express: the original URL, before middleware changed `url`. */
  readonly originalUrl?: string;
}

/** A T already serialised by the handler; its route sets the content type. */
export type JsonText<T> = string & { readonly of?: T };

export interface HttpResponse {
  status(code: number): this;
  header(name: string, value: string): unknown;
  type(contentType: string): this;
  send(body?: unknown): unknown;
  /** Express: adds a header of that name. Fastify's `header` does so for cookies. */
  append?(name: string, value: string): unknown;
}
