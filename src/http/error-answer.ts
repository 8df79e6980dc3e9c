import type { AppError } from '../common/app-error';
import type { RouteConfig } from '../common/config';
import { setFlash, toFlash } from './flash';
import type { HttpRequest, HttpResponse } from './http-types';
import { isUnderApi } from './request-kind';

/**
 * Answers a request with an error: JSON under the API and for callers that do not accept HTML; for pages a redirect with
 * a flash message, or an error page for 404 and where the redirect would loop.
 * @param routes paths of the pages, and the prefix of the API
 */
export function answerError(error: AppError, request: HttpRequest, response: HttpResponse, routes: RouteConfig): void {
  const { reason, retryAfter } = error.options;
  response.header('Cache-Control', 'no-store');
  if (retryAfter !== undefined) response.header('Retry-After', String(retryAfter));
  if (!isPage(request, routes)) {
    response.status(error.status).send(error.toBody(routes.login));
    return;
  }
  if (error.code === 'NOT_FOUND' && request.method === 'GET') {
    const page = errorPage('There is no page at this address.', { href: routes.home, text: 'Go to the start page' });
    response.status(404).type('text/html; charset=utf-8').send(page);
    return;
  }
  const target = pageFor(error, routes);
  const asked = (request.originalUrl ?? request.url).split('?')[0];
  if (asked === target) {
    // A redirect to the same page would loop: the message is shown instead.
    const message = toFlash(error.code)?.message ?? error.message;
    response
      .status(error.status)
      .type('text/html; charset=utf-8')
      .send(errorPage(message, { href: target, text: 'Try again' }));
    return;
  }
  setFlash(response, error.code, reason);
  response.status(303).header('Location', target);
  response.send();
}

/** Whether to answer with HTML: outside the API, to callers that accept it. */
function isPage(request: HttpRequest, routes: RouteConfig): boolean {
  return !isUnderApi(request, routes.prefix) && request.headers.accept?.includes('text/html') === true;
}

function pageFor(error: AppError, routes: RouteConfig): string {
  if (error.status === 401) return routes.login;
  return error.code === 'PLATFORM_REQUIRED' ? routes.platforms : routes.home;
}

/** @param message from the error table, never from the caller; not escaped */
function errorPage(message: string, link: { href: string; text: string }): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${message} – Vedfolnir</title>
<link rel="stylesheet" href="/client/elements.css"><link rel="stylesheet" href="/client/app.css"></head>
<body data-entrance><main id="app"><div><h1 role="alert">${message}</h1>
<p><a class="vf-button" href="${link.href}">${link.text}</a></p></div></main></body></html>`;
}
