/** Classifies requests, however their URL is encoded. */
import type { HttpRequest } from './http-types';

/** The path of the matched route: the router also decodes `/%61pi/session` to `/api/session`. */
function pathOf(request: HttpRequest): string {
  return request.routeOptions?.url ?? request.originalUrl ?? request.url;
}

/** Whether the path is for programs, which get JSON whatever they accept. */
export function isUnderApi(request: HttpRequest, prefix: string): boolean {
  const path = decoded(pathOf(request));
  return [prefix, '/client', '/health', '/metrics'].some((each) => path === each || path.startsWith(`${each}/`));
}

/** Whether the body is an HTML form, which any site can make a browser send. */
export function isFormPost(request: HttpRequest): boolean {
  return mediaType(request) === 'application/x-www-form-urlencoded';
}

export function isMultipart(request: HttpRequest): boolean {
  return mediaType(request) === 'multipart/form-data';
}

/** @returns the media type of the body in lower case, without parameters; empty if there is none */
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
