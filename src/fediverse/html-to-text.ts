/** The text of a status, without its mark-up. Pure; for storing and comparing, never for showing as HTML. */

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function htmlToText(html: string): string {
  // Past the last `>` no tag ends: not looked at, as each `<` there would be sought an end for up to the last letter.
  const end = html.lastIndexOf('>') + 1;
  const plain = html
    .slice(0, end)
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/p>\s*<p[^>]*>/gi, '\n\n')
    .replace(/<[^>]*>/g, '');
  return (plain + html.slice(end))
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code < 9 ? '' : String.fromCodePoint(code);
    })
    .trim();
}
