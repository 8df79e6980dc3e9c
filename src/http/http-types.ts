/** What Express and Fastify have in common of a request and a response; nothing else of either is used. */
import type { IncomingHttpHeaders } from 'node:http';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly params: unknown;
  readonly query: unknown;
  /** Fastify: as the caller is told in X-Request-Id. */
  readonly id?: unknown;
  readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean };
  /** Fastify: the route that answers. */
  readonly routeOptions?: { readonly url?: string };
  /** Express: as the client sent it, whatever a middleware made of `url`. */
  readonly originalUrl?: string;
}

/** The JSON of a T, which the handler has written itself: its route says the content type. */
export type JsonText<T> = string & { readonly of?: T };

export interface HttpResponse {
  status(code: number): this;
  header(name: string, value: string): unknown;
  type(contentType: string): this;
  send(body?: unknown): unknown;
  /** Express: one more header of that name. Fastify's `header` does so by itself for cookies. */
  append?(name: string, value: string): unknown;
}
