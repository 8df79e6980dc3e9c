/** What a request is, however its address is spelt. */
import type { HttpRequest } from './http-types';

/** The path of the route that answers: `/%61pi/session` is `/api/session` to the router too. */
function pathOf(request: HttpRequest): string {
  return request.routeOptions?.url ?? request.originalUrl ?? request.url;
}

/** Addresses for programs, whose answers are JSON whatever the caller accepts. */
export function isUnderApi(request: HttpRequest, prefix: string): boolean {
  const path = decoded(pathOf(request));
  return [prefix, '/client', '/health', '/metrics'].some((each) => path === each || path.startsWith(`${each}/`));
}

/** An HTML form, which any site can make a browser send. */
export function isFormPost(request: HttpRequest): boolean {
  return mediaType(request) === 'application/x-www-form-urlencoded';
}

export function isMultipart(request: HttpRequest): boolean {
  return mediaType(request) === 'multipart/form-data';
}

/** @returns the media type of the body in lower case, without parameters; empty where none is named */
export function mediaType({ headers }: HttpRequest): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function decoded(url: string): string {
  const path = url.split('?', 1)[0]!;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
