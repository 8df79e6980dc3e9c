import { countGraphemes, postLength, splitAtLinks } from '../../src/protocol/post-length';

const FAMILY = '👨‍👩‍👧‍👦';
const LINK = `https://example.org/${'a'.repeat(40)}`;

/** What is written, its content warning, what a link counts for, and the length. */
const CASES: [name: string, content: string, warning: string, perUrl: number, length: number][] = [
  ['nothing', '', '', 23, 0],
  ['plain letters', 'Hello', '', 23, 5],
  ['white space and line ends', 'a \n\tb', '', 23, 5],
  ['a CR LF, which is one', 'a\r\nb', '', 23, 3],
  ['a precomposed letter', 'é', '', 23, 1],
  ['a letter with a combining mark', 'e\u0301', '', 23, 1],
  ['many combining marks', `a${'\u0301'.repeat(50)}`, '', 23, 1],
  ['an emoji outside the basic plane', '🦣', '', 23, 1],
  ['a family', FAMILY, '', 23, 1],
  ['a skin tone', '👋🏽', '', 23, 1],
  ['a flag', '🇳🇴', '', 23, 1],
  ['two flags', '🇳🇴🇸🇪', '', 23, 2],
  ['a keycap', '1️⃣', '', 23, 1],
  ['Hangul in parts', '\u1112\u1161\u11ab', '', 23, 1],
  ['Devanagari', 'नमस्ते', '', 23, 3],
  ['Chinese', '你好，世界', '', 23, 5],
  ['Arabic with vowels', 'مَرْحَبًا', '', 23, 5],
  ['a link of 60 characters', LINK, '', 23, 23],
  ['a link shorter than it counts', 'http://a.de', '', 23, 23],
  ['an instance that counts links otherwise', LINK, '', 30, 30],
  ['an instance where links cost nothing', LINK, '', 0, 0],
  ['a link amid text', `see ${LINK} now`, '', 23, 31],
  ['two links', `${LINK} ${LINK}`, '', 23, 47],
  ['a link in capitals', LINK.toUpperCase(), '', 23, 23],
  ['a link with query and fragment', 'https://example.org/a?b=c&d=e#f', '', 23, 23],
  ['the full stop after a link', `${LINK}.`, '', 23, 24],
  ['a link in brackets', `(${LINK})`, '', 23, 25],
  ['brackets of the link itself', 'https://example.org/a_(b)', '', 23, 23],
  ['a link with letters of other scripts', 'https://example.org/straße/日本', '', 23, 23],
  ['a mention right before a link', `@ada@example.org.${LINK}`, '', 23, 4 + 1 + 23],
  ['no link: a scheme and nothing but dots', 'http://...', '', 23, 10],
  ['no link: another scheme', 'ftp://example.org/a', '', 23, 19],
  ['no link: a bare host', 'example.org', '', 23, 11],
  ['a mention of this instance', '@ada', '', 23, 4],
  ['a mention of another one', '@ada@example.org', '', 23, 4],
  ['a mention in a sentence', 'Hi @ada@example.org, hello', '', 23, 14],
  ['two mentions', '@ada@example.org @bob@example.net', '', 23, 9],
  ['no mention: an e-mail address', 'ada@example.org', '', 23, 15],
  ['no mention: a profile link', 'https://example.org/@ada@example.net', '', 23, 23],
  ['a short handle', '@a@host.example', '', 23, 2],
  ['a handle of a host without a dot', 'Hi @a@host.', '', 23, 6],
  ['a hashtag', '#vedfolnir', '', 23, 10],
  ['a warning alone', '', 'cw', 23, 2],
  ['a warning, which counts too', 'text', 'cw', 23, 6],
  ['a link in the warning, which is text there', '', LINK, 23, LINK.length],
  ['a custom emoji by its name', ':blobcat:', '', 23, 9],
];

describe('the length of a post', () => {
  it.each(CASES)('counts %s', (_, content, warning, perUrl, length) => {
    expect(postLength(content, warning, perUrl)).toBe(length);
  });

  it('takes 500 families for 500 characters, and does not take long', () => {
    const started = performance.now();
    expect(countGraphemes(FAMILY.repeat(500))).toBe(500);
    expect(postLength(`${'@a@b.c '.repeat(2000)}${'https://'.repeat(1000)}${'('.repeat(5000)}`)).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('is no work for the longest post, at an instance where a link counts for the most', () => {
    const started = performance.now();
    expect(postLength('http://a '.repeat(1666), 'x'.repeat(15_000), 1000)).toBe(1666 * 1001 + 15_000);
    expect(countGraphemes(`${'日'.repeat(7500)}a${'\u0301'.repeat(7500)}`)).toBe(7501);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('is the same wherever a long text is cut to be counted', () => {
    for (let shift = 0; shift < 25; shift++) {
      const text = `${'x'.repeat(180 + shift)}${FAMILY}${'🇳🇴'.repeat(60)}e\u0301\r\n${'स्ते'.repeat(70)}`;
      expect(countGraphemes(text)).toBe([...new Intl.Segmenter('en').segment(text)].length);
    }
  });
});

it('tells links from the text around them, and loses nothing', () => {
  const text = `See (${LINK}), or https://example.org/a_(b)! Not example.org.`;
  const pieces = splitAtLinks(text);
  expect(pieces.filter((_, index) => index % 2 === 1)).toEqual([LINK, 'https://example.org/a_(b)']);
  expect(pieces.join('')).toBe(text);
  expect(splitAtLinks('')).toEqual(['']);
});
