/** The sanitiser for HTML from the server, loaded when a page first needs it. */
import DOMPurify from 'dompurify';

/**
 * Inserted HTML is for reading only: `data-*` attributes would trigger scripts, forms would send data, and our policy
 * refuses inline styles anyway.
 * @returns nodes, so that nothing is parsed a second time
 */
export function purify(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true },
    ALLOW_DATA_ATTR: false,
    FORBID_TAGS: ['form', 'style'],
    FORBID_ATTR: ['style'],
    RETURN_DOM_FRAGMENT: true,
  });
}
