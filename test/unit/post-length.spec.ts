import { TOP_LEVEL_DOMAINS } from '../../src/common/top-level-domains';
import { charactersPerUrlOf, countGraphemes, postLength, splitAtLinks } from '../../src/protocol/post-length';

const FAMILY = '👨‍👩‍👧‍👦';
const LINK = `https://example.org/${'a'.repeat(40)}`;

const length = (content: string, warning = '', perUrl: number | null = 23) =>
  postLength(content, warning, perUrl, TOP_LEVEL_DOMAINS);

/** The text, its content warning, the length of a link, and the total length. */
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
  ['no mention: one that runs into a link', `@ada@example.org.${LINK}`, '', 23, 17 + 23],
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
  ['a mention at an Armenian host', '@inky@թութ.հայ', '', 23, 5],
  ['a mention at a host with an umlaut', '@lotte@bawü.example', '', 23, 6],
  ['a mention at a host with its marks apart', '@lotte@bawu\u0308.example', '', 23, 6],
  ['a mention with a dot in its name', 'x @ada.l@example.org', '', 23, 8],
  ['a mention after a bracket', '(@user@example.com)', '', 23, 7],
  ['no mention: inside a word', 'ありがとう@user@example.com', '', 23, 22],
  ['no mention: after a letter', 'a@user@example.com', '', 23, 18],
  ['no mention: after a digit of another script', '٣@user@example.com', '', 23, 18],
  ['no mention: after an underscore', '_@user@example.com', '', 23, 18],
  ['no mention: after an equals sign', '=@user@example.com', '', 23, 18],
  ['no mention: before another @', '@user@example.com@x', '', 23, 19],
  ['no mention: before a scheme', '@user@example://x', '', 23, 17],
  ['no mention: a name in other letters', '@կ@example.com', '', 23, 14],
  ['a link that ends with its host', `https://example.com${'を'.repeat(30)}`, '', 23, 53],
  ['a link that ends with its host, before a long text', `https://example.com${'を'.repeat(600)}`, '', 23, 623],
  ['a link with a slash, which ends with the word', 'https://example.com/を', '', 23, 23],
  ['a link with a query and no slash', 'https://example.com?q=を', '', 23, 23],
  ['a link with a port', 'https://example.com:8080', '', 23, 23],
  ['a link at a host in other letters', 'https://bücher.example.한국', '', 23, 23],
  ['a link at a host in other letters, with a word after it', 'https://bücher.한국의', '', 23, 24],
  ['a link at a host in Punycode', 'https://xn--bcher-kva.xn--3e0b707e', '', 23, 23],
  ['a link to the last known domain of a host', 'https://example.com.nothing-known', '', 23, 23 + 14],
  ['a link before a full stop', 'https://example.com.', '', 23, 24],
  ['a link before a comma', 'https://example.com, then', '', 23, 29],
  ['a link with a comma in its path', 'https://example.com/a,b', '', 23, 23],
  ['a link whose path does not end with what stands there', 'https://example.com/a?!', '', 23, 25],
  ['a link with brackets in brackets', 'https://example.org/a_(b_(c))', '', 23, 23],
  ['a link with an open bracket', 'https://example.org/a_(b', '', 23, 25],
  ['a link of 4096 characters', `https://example.org/${'a'.repeat(4076)}`, '', 23, 23],
  ['no link: one of 4097 characters', `https://example.org/${'a'.repeat(4077)}`, '', 23, 4097],
  ['no link: a domain that is unknown', 'https://host.example/path', '', 23, 25],
  ['no link: a domain that goes on with a digit', 'https://host.com1/path', '', 23, 22],
  ['no link: a host without a dot', 'https://localhost/path', '', 23, 22],
  ['no link: an address in numbers', 'https://192.0.2.1/path', '', 23, 22],
  ['no link: a user before the host', 'https://user:word@example.com', '', 23, 29],
  ['no link: a label with a dash at its edge', 'https://-example.com', '', 23, 20],
  ['no link: an underscore in the name of the host', 'https://my_host.com', '', 23, 19],
  ['a link with an underscore further to the left', 'https://my_host.example.com', '', 23, 23],
  ['no link: after a letter', 'xhttps://example.com/path', '', 23, 25],
  ['no link: after an @', '@https://example.com/path', '', 23, 25],
  ['a link after letters of another script', 'をhttps://example.com', '', 23, 24],
  ['two links without a space between', 'https://example.com、https://example.com', '', 23, 47],
  ['a handle of a host without a dot', 'Hi @a@host.', '', 23, 6],
  ['a hashtag', '#vedfolnir', '', 23, 10],
  ['a warning alone', '', 'cw', 23, 2],
  ['a warning, which counts too', 'text', 'cw', 23, 6],
  ['a link in the warning, which is text there', '', LINK, 23, LINK.length],
  ['a custom emoji by its name', ':blobcat:', '', 23, 9],
];

describe('the length of a post', () => {
  it.each(CASES)('counts %s', (_, content, warning, perUrl, expected) => {
    expect(length(content, warning, perUrl)).toBe(expected);
    // Without known domains the length is never smaller.
    expect(postLength(content, warning, perUrl, null)).toBeGreaterThanOrEqual(expected);
  });

  it.each([LINK, '@ada@example.org', `Hi @ada@example.org: ${LINK}`])(
    'is that of the text where links count in full: %s',
    (text) => {
      expect(length(text, 'cw', charactersPerUrlOf('pixelfed', 23))).toBe(text.length + 2);
      expect(charactersPerUrlOf('mastodon', null)).toBe(23);
    },
  );

  it('takes 500 families for 500 characters, and does not take long', () => {
    const started = performance.now();
    expect(countGraphemes(FAMILY.repeat(500))).toBe(500);
    expect(length(`${'@a@b.c '.repeat(2000)}${'https://'.repeat(1000)}${'('.repeat(5000)}`)).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('is no work for the longest post, at an instance where a link counts for the most', () => {
    const started = performance.now();
    expect(length('http://a.de '.repeat(1250), 'x'.repeat(15_000), 1000)).toBe(1250 * 1001 + 15_000);
    expect(countGraphemes(`${'日'.repeat(7500)}a${'\u0301'.repeat(7500)}`)).toBe(7501);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each([
    'https://a.',
    'https://example.com/(',
    'https://example.com/(a',
    'https://example.com/a?',
    '@a.',
    '@a@b.',
    'a.',
    '-',
    'https://-',
  ])('is found in linear time in a run of %s', (part) => {
    const started = performance.now();
    const text = part.repeat(15_000 / part.length);
    for (const each of [text, `https://${text}`, `https://example.com/${text}`, `@${text}`]) length(each);
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
