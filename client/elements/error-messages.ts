import { html, nothing, type TemplateResult } from 'lit';
import { isApiError } from '../core/errors';
import { icon } from './icon';

/** What went wrong, in words for the person. */
export function messageOf(error: unknown): string {
  if (!isApiError(error)) return 'Something went wrong. Please try again.';
  if (error.error_code === 'NETWORK_ERROR') return 'The server cannot be reached. Nothing was changed that we know of.';
  if (error.error_code === 'RATE_LIMITED' && error.retry_after) {
    return `${error.message} (${error.retry_after} seconds).`;
  }
  return error.message;
}

/** Messages by field, for a form; empty when the refusal was not about fields. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!isApiError(error)) return {};
  return Object.fromEntries(error.details.map(({ field, message }) => [field, message]));
}

/** The page is about to say farewell; a message of its own would only flash up. */
export function isSessionOverError(error: unknown): boolean {
  return isApiError(error) && error.status === 401 && error.error_code !== 'INVALID_CREDENTIALS';
}

/** In the place of what could not be read. @param busy whether it is being tried once more */
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
