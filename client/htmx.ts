/**
 * The htmx extension `vedfolnir` (`hx-ext="vedfolnir"`), loaded after htmx and `vedfolnir.js`: each htmx request
 * carries the token and the platform of its form, whatever triggered it. A request waits until the state of the page
 * is up to date, and is cancelled while the platform of its form is undecided.
 */
import { HEADERS } from '../src/protocol/http';
import { isPinned, namedPlatform } from './conventions/form-fields';
import { hasPlatformQuestion } from './conventions/platform-question';
import type { SessionSync } from './core/session-sync';

interface ConfigRequest {
  elt: Element;
  path: string;
  headers: Record<string, string>;
}

interface Confirm {
  question: string | null;
  issueRequest(skipConfirmation: boolean): void;
}

interface Extension {
  /** Returns false to cancel the event. */
  onEvent(name: string, event: CustomEvent): boolean;
}

declare global {
  interface Window {
    htmx: { defineExtension(name: string, extension: Extension): void };
  }
}

window.htmx.defineExtension('vedfolnir', {
  onEvent(name, event) {
    if (name === 'htmx:confirm') return isUpToDate(window.sessionSync, event.detail as Confirm);
    if (name === 'htmx:configRequest') return configure(window.sessionSync, event.detail as ConfigRequest);
    return true;
  },
});

/** @returns false if the request is issued later */
function isUpToDate(sync: SessionSync, { question, issueRequest }: Confirm): boolean {
  if (sync.getConnectionStatus() === 'none' || sync.isFresh()) return true;
  void sync.ensureFresh().then(
    () => issueRequest(question === null),
    () => {},
  );
  return false;
}

/** @returns false if the request must not be sent */
function configure(sync: SessionSync, { elt, path, headers }: ConfigRequest): boolean {
  if (new URL(path, document.baseURI).origin !== window.location.origin) return true;
  Object.assign(headers, sync.headers());
  // htmx sends the form that a control belongs to, which need not be around it.
  const form = elt instanceof HTMLFormElement ? elt : ((elt as Partial<HTMLInputElement>).form ?? elt.closest('form'));
  if (!form?.matches('[data-platform-aware]')) return true;
  const platformId = namedPlatform(form);
  if (platformId === null || hasPlatformQuestion(form)) return false;
  headers[HEADERS.platformId] = String(platformId);
  if (isPinned(form)) headers[HEADERS.platformPinned] = 'true';
  return true;
}
