/**
 * The htmx extension `vedfolnir` (`hx-ext="vedfolnir"`), loaded after htmx and `vedfolnir.js`: each htmx request
 * carries the token and the platform of its form, whatever triggered it. A request waits until the state of the page
 * is up to date, and is cancelled while the platform of its form is undecided. The copies of pages that htmx keeps for
 * its history serve the user for whom this document was made, until the session ends.
 */
import { HEADERS } from '../src/protocol/http';
import { type Field, isPinned, namedPlatform } from './conventions/form-fields';
import { focusPlatformQuestion, hasPlatformQuestion } from './conventions/platform-question';
import { READY_EVENT } from './core/ready-event';
import type { SessionSync } from './core/session-sync';
import { sessionStorageOrNull } from './core/storage';

interface ConfigRequest {
  elt: Element;
  path: string;
  headers: Record<string, string>;
  triggeringEvent?: Event;
}

interface Confirm {
  elt: Element;
  question: string | null;
  issueRequest(skipConfirmation: boolean): void;
}

/** The functions of htmx that it passes to its extensions, as far as they are used here. */
interface Api {
  getClosestAttributeValue(element: Element, name: string): string | null;
  findThisElement(element: Element, name: string): Element | null;
  querySelectorExt(element: Element, selector: string): Element | null;
}

interface Extension {
  init(api: Api): void;
  /** Returns false to cancel the event. */
  onEvent(name: string, event: CustomEvent): boolean;
}

declare global {
  interface Window {
    htmx: { defineExtension(name: string, extension: Extension): void };
  }
}

/** Key in sessionStorage of the copies of pages. */
const HISTORY = 'htmx-history-cache';
const INCLUDE = 'hx-include';
/** Selectors that only htmx understands. Each of them finds one element. */
const EXTENDED_SELECTOR =
  /^(closest|find|next|previous) |^(next|nextElementSibling|previous|previousElementSibling|document|body|root|host)$/;

let htmx: Api;

window.htmx.defineExtension('vedfolnir', {
  init(api) {
    htmx = api;
  },
  onEvent(name, event) {
    // The page on which the session ended is kept when it is left.
    if (name === 'htmx:historyCacheHit' && isHistoryOutdated) {
      window.location.reload();
      return false;
    }
    if (name === 'htmx:confirm') return isUpToDate(window.sessionSync, event.detail as Confirm);
    if (name === 'htmx:configRequest') return configure(window.sessionSync, event.detail as ConfigRequest);
    return true;
  },
});

/** What htmx keeps may be of another user, or of a session that has ended. */
let isHistoryOutdated = false;

/** Copies that an earlier document made are of an unknown user. */
removeHistory();
if (window.sessionSync) watchUser();
else window.addEventListener(READY_EVENT, watchUser, { once: true });

function watchUser(): void {
  const sync = window.sessionSync;
  let userId = sync.getState()?.user.id;
  const outdate = () => {
    isHistoryOutdated = true;
    removeHistory();
  };
  sync.on('sessionExpired', outdate);
  sync.on('sessionStateChanged', ({ user }) => {
    if (userId !== undefined && userId !== user.id) outdate();
    userId = user.id;
  });
}

function removeHistory(): void {
  sessionStorageOrNull()?.removeItem(HISTORY);
}

/** @returns false if the request is issued later */
function isUpToDate(sync: SessionSync, { elt, question, issueRequest }: Confirm): boolean {
  if (sync.getConnectionStatus() === 'none' || sync.isFresh()) return true;
  const user = sync.getState()?.user.id;
  void sync.ensureFresh().then(
    // Written by another user, whose page is about to go.
    () => sync.getState()?.user.id === user && issueRequest(question === null),
    () => elt.dispatchEvent(new CustomEvent('htmx:sendError', { bubbles: true, detail: { elt } })),
  );
  return false;
}

/** @returns false if the request must not be sent */
function configure(sync: SessionSync, { elt, path, headers, triggeringEvent }: ConfigRequest): boolean {
  if (new URL(path, document.baseURI).origin !== window.location.origin) return true;
  Object.assign(headers, sync.headers());
  const forms = formsOf(elt).filter((form) => form.matches('[data-platform-aware]'));
  if (forms.length === 0) return true;
  const [platformId, ...others] = new Set(forms.map(namedPlatform));
  const undecided = forms.find(hasPlatformQuestion);
  // The user may be typing: the focus moves only for what they have sent.
  if (undecided && triggeringEvent?.type === 'submit') focusPlatformQuestion(undecided);
  if (!platformId || others.length > 0 || undecided) return false;
  headers[HEADERS.platformId] = String(platformId);
  if (forms.some(isPinned)) headers[HEADERS.platformPinned] = 'true';
  return true;
}

/** The forms of which htmx sends fields. */
function formsOf(element: Element): HTMLFormElement[] {
  // A control is sent with the form that it belongs to, which need not be around it.
  const own = formOf(element) ?? element.closest('form');
  const included = includedBy(element).flatMap((each) => [each, ...each.querySelectorAll('input, textarea, select')]);
  return [own, ...included.map(formOf)].filter((form) => form !== null);
}

function formOf(element: ParentNode): HTMLFormElement | null {
  return element instanceof HTMLFormElement ? element : ((element as Partial<Field>).form ?? null);
}

/** The elements that `hx-include` names, like htmx itself finds them. */
function includedBy(element: Element): ParentNode[] {
  const value = htmx.getClosestAttributeValue(element, INCLUDE);
  if (!value) return [];
  const [, prefix = '', list = ''] = /^(global )?(.*)/s.exec(value) ?? [];
  const found: (ParentNode | null | undefined)[] = [];
  const selectors: string[] = [];
  // A comma between `<` and `/>` separates nothing.
  for (const part of (list.match(/(<.*?\/>|[^,])+/gs) ?? []).map((each) => each.trim())) {
    if (value === 'this') found.push(htmx.findThisElement(element, INCLUDE));
    else if (part === 'inherit') found.push(...inheritedBy(element));
    else if (EXTENDED_SELECTOR.test(part)) found.push(htmx.querySelectorExt(element, prefix + part));
    else selectors.push(part.replace(/^<(.*)\/>$/s, '$1'));
  }
  const root = prefix ? document : (element.getRootNode() as ParentNode);
  if (selectors.length > 0) found.push(...root.querySelectorAll(selectors.join()));
  return found.filter((each) => each != null);
}

function inheritedBy(element: Element): ParentNode[] {
  const parent = element.parentElement?.closest(`[${INCLUDE}], [data-${INCLUDE}]`);
  return parent ? includedBy(parent) : [];
}
