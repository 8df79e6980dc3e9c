import { html, nothing, type TemplateResult } from 'lit';
import { isApiError } from '../core/errors';
import { icon } from './icon';
import { dismissNotice, notify } from './notify';
import { session } from './session';

/** An error as a message for the user. */
export function messageOf(error: unknown): string {
  if (!isApiError(error)) return 'Something went wrong. Please try again.';
  if (error.error_code === 'NETWORK_ERROR') return 'The server cannot be reached. Nothing was changed that we know of.';
  if (error.error_code === 'RATE_LIMITED' && error.retry_after) {
    return `${error.message} (${error.retry_after} seconds).`;
  }
  return error.message;
}

/** Key of network errors; the notice is removed when the server answers. */
const NETWORK = 'network';

/** Shows an error in a notice. @param key of its subject: replaces an older notice of the same key */
export function notifyError(error: unknown, key: string): void {
  const isNetwork = isApiError(error) && error.error_code === 'NETWORK_ERROR';
  notify(messageOf(error), 'error', { key: isNetwork ? NETWORK : key });
}

session.on('connectionStatusChanged', ({ status }) => status === 'live' && dismissNotice(NETWORK));

/** Messages by field, without the API's field names; empty if the error is not about fields. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!isApiError(error)) return {};
  return Object.fromEntries(
    error.details.map(({ field, message }) => [field, message.replace(new RegExp(`^${field}\\b`), 'This')]),
  );
}

/** The page is about to be replaced because the session is over; a notice would only flash up. */
export function isSessionOverError(error: unknown): boolean {
  return isApiError(error) && error.status === 401 && error.error_code !== 'INVALID_CREDENTIALS';
}

/** Shown in place of content that could not be read. @param busy whether it is being retried */
export function errorWithRetry(words: string, busy: boolean, again: () => void): TemplateResult {
  return html`
    <div class="vf-problem" role="alert">
      <p>${busy ? 'Trying again…' : words}</p>
      ${retryButton('Try again', busy, again)}
    </div>
  `;
}

export function retryButton(label: string, busy: boolean, again: () => void): TemplateResult {
  return html`
    <button type="button" class="vf-button" data-again aria-disabled=${busy} @click=${busy ? nothing : again}>
      ${icon(busy ? 'loader-circle' : 'refresh-cw')} ${label}
    </button>
  `;
}
