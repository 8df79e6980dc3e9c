import { HEADERS } from '../../src/protocol/http';
import { isApiError } from '../core/errors';
import type { SessionSync } from '../core/session-sync';
import { findAll } from './page';

/** A separate script: few pages insert HTML, and the sanitiser is as large as everything else. */
const PURIFY = '/client/purify.mjs';

/** Fetches the content of elements marked `data-auto-refresh` again when the platform has changed. */
export function startAutoRefresh(sync: SessionSync): void {
  /** The newest fetch of each element: the result of an older one is of another platform. */
  const newest = new WeakMap<HTMLElement, object>();

  sync.on('platformSwitched', ({ platformId }) => {
    for (const element of findAll('[data-auto-refresh][data-refresh-url]')) {
      void refresh(element, takeAddress(element), platformId);
    }
  });

  async function refresh(element: HTMLElement, address: string, platformId: number | null): Promise<void> {
    const mine = {};
    newest.set(element, mine);
    try {
      const content = await read(address, platformId, element.dataset.refreshField);
      if (newest.get(element) !== mine) return;
      element.replaceChildren(content);
      element.removeAttribute('data-refresh-error');
    } catch (error) {
      // The platform has changed again: the next fetch is already running.
      const stale = newest.get(element) !== mine || (isApiError(error) && error.status === 409);
      if (!stale) element.dataset.refreshError = isApiError(error) ? error.error_code : 'UNREADABLE';
    }
  }

  async function read(address: string, platformId: number | null, field?: string): Promise<Node | string> {
    const { origin, pathname, search } = new URL(address, document.baseURI);
    if (origin !== window.location.origin) throw new Error('data-refresh-url must be of the same origin');
    const headers: Record<string, string> = platformId === null ? {} : { [HEADERS.platformId]: String(platformId) };
    const answer = await sync.request<Record<string, unknown>>('GET', pathname + search, { headers, background: true });
    if (field === undefined && typeof answer.html === 'string') return sanitised(answer.html);
    const text = answer[field ?? 'text'];
    if (typeof text !== 'string' && typeof text !== 'number') throw new Error('The response has neither HTML nor text');
    return String(text);
  }
}

/**
 * Removes the URL until the other listeners of the page have run: older scripts fetch it as well, and insert the
 * response as it is, even if it is late.
 */
function takeAddress(element: HTMLElement): string {
  const { refreshUrl = '' } = element.dataset;
  delete element.dataset.refreshUrl;
  queueMicrotask(() => {
    element.dataset.refreshUrl ??= refreshUrl;
  });
  return refreshUrl;
}

async function sanitised(html: string): Promise<DocumentFragment> {
  const { purify } = (await import(/* @vite-ignore */ PURIFY)) as typeof import('../purify');
  return purify(html);
}
