/** What a request is, whatever way it is spelt. */
import type { FastifyRequest } from 'fastify';

/** The path of the route that answers: `/%61pi/session`, or a whole address, is `/api/session` to the router too. */
function pathOf(request: FastifyRequest): string {
  return request.routeOptions?.url ?? request.url;
}

/** For programs: answers are JSON, whatever the caller accepts. */
export function isUnderApi(request: FastifyRequest): boolean {
  return /^\/(api|client|health|metrics)(\/|\?|$)/.test(pathOf(request));
}

/** An HTML form, which any site can make a browser send. */
export function isFormPost(request: FastifyRequest): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}
