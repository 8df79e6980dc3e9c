/** Converts a status from HTML to text. Pure; for storing and comparing, never for rendering as HTML. */

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function htmlToText(html: string): string {
  return withoutTags(html)
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code < 9 ? '' : String.fromCodePoint(code);
    })
    .trim();
}

/** Runs in linear time; a pattern that searches for the end of a tag from each `<` takes quadratic time. */
function withoutTags(html: string): string {
  const texts: string[] = [];
  /** Index in `texts` of the text after the last closed paragraph. */
  let paragraphEnd = -1;
  let at = 0;
  for (;;) {
    const open = html.indexOf('<', at);
    const close = open < 0 ? -1 : html.indexOf('>', open);
    if (close < 0) return texts.concat(html.slice(at)).join('');
    texts.push(html.slice(at, open));
    const tag = html.slice(open + 1, Math.min(close, open + 16)).toLowerCase();
    if (/^br\s*\/?$/.test(tag)) texts.push('\n');
    // Between two paragraphs, if only white space separates them.
    if (/^p\b/.test(tag) && paragraphEnd === texts.length - 1 && texts.at(-1)?.trim() === '') {
      texts.splice(-1, 1, '\n\n');
    }
    if (tag === '/p') paragraphEnd = texts.length;
    at = close + 1;
  }
}
