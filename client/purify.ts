/** The sanitiser for HTML that comes from the server, read when a page first needs it. */
import DOMPurify from 'dompurify';

/**
 * `data-*` attributes are commands to scripts, forms send what they find, and styles are refused by our policy
 * anyway: what is put into a page is there to be read.
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
