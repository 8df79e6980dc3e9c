import { htmlToText } from '../../src/fediverse/html-to-text';
import { type RemoteStatus, toAccount, toLimits, toStatus } from '../../src/fediverse/instance-types';
import { checkPause } from '../../src/platform/connection-refresher';
import { sniffMime } from '../../src/publishing/media/sniff';
import { retryPause } from '../../src/publishing/outbox/retry-policy';
import { isSameStatus, type SentPost } from '../../src/publishing/outbox/same-status';

const at = new Date('2026-01-02T03:04:05Z');

describe('what an instance says', () => {
  it.each([
    ['<p>a<br>b<br />c</p><p>d</p>', 'a\nb\nc\n\nd'],
    ['<p>1 &lt; 2 &amp;&amp; &quot;3&quot; &#39;4&#39; &#x35;&nbsp;6</p>', '1 < 2 && "3" \'4\' 5\u00a06'],
    ['<a href="https://e.org"><span class="invisible">https://</span>e.org</a>', 'https://e.org'],
    ['&bogus; &#0; &#xd800; &#99999999;', '&bogus;   &#99999999;'],
    ['', ''],
  ])('is text without mark-up: %s', (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it.each([null, [], 'x', {}, { id: '' }, { id: '..' }, { id: { a: 1 } }, { id: 'x'.repeat(256) }])(
    'is refused where it makes no sense: %j',
    (answer) => {
      expect(() => toAccount(answer)).toThrow();
      expect(() => toStatus(answer)).toThrow();
      expect(toLimits(answer)).toBeNull();
    },
  );

  it('is taken within bounds', () => {
    const account = toAccount({ id: 7, username: 'u', display_name: 'x'.repeat(999), avatar: 'javascript:alert(1)' });
    expect([account.id, account.displayName.length, account.avatarUrl]).toEqual(['7', 255, null]);
    const configuration = {
      statuses: { max_characters: 5000, characters_reserved_per_url: -1, max_media_attachments: '4' },
      media_attachments: { supported_mime_types: ['image/png', 7, '<b>'], image_size_limit: 1e15 },
    };
    expect(toLimits({ configuration })).toEqual({
      maxCharacters: 5000,
      charactersPerUrl: 23,
      media: {
        max_attachments: 4,
        mime_types: ['image/png'],
        image_size: null,
        video_size: null,
        description_length: 1500,
      },
    });
    expect(toLimits({ max_toot_chars: 1234 })?.maxCharacters).toBe(1234);
    const boundless = {
      statuses: { max_characters: 69_420, max_media_attachments: 100 },
      media_attachments: { description_limit: 100_000 },
    };
    expect(toLimits({ configuration: boundless })).toMatchObject({
      maxCharacters: 15_000,
      media: { max_attachments: 40, description_length: 10_000 },
    });
  });
});

describe('a status found after a lost answer', () => {
  const post: SentPost = {
    content: 'Hi  @a@b.example\nhttps://e.org/x',
    spoilerText: null,
    createdAt: at,
    mediaIds: [],
    mediaCount: 0,
  };
  const status: RemoteStatus = {
    id: '1',
    accountId: null,
    url: null,
    createdAt: at,
    editedAt: null,
    reportsEdits: true,
    language: null,
    mediaLeftOut: 0,
    text: 'Hi @a https://e.org/x',
    spoilerText: '',
    visibility: 'public',
    sensitive: false,
    isReply: false,
    isReblog: false,
    media: [],
  };
  const media = [{ id: 'm1', description: null, url: null, isImage: true }];
  const named = [{ ...media[0]!, id: 'https://e.org/1_0' }];

  it.each<[string, Partial<RemoteStatus>, Partial<SentPost>, boolean]>([
    ['the same text, shown otherwise', {}, {}, true],
    ['a link that is shortened', { text: 'Hi @a e.org/…' }, {}, true],
    ['another text', { text: 'Hi @b https://e.org/x' }, {}, false],
    ['a narrower audience', { visibility: 'private' }, {}, true],
    ['a warning that the instance adds', { spoilerText: 'cw' }, {}, true],
    [
      'Markdown, read as such',
      { text: 'Title bold words and a link' },
      { content: '# Title\n\n**bold** _words_ and [a link](https://e.org/x)' },
      true,
    ],
    ['another number', { text: 'Day 42 of the boat' }, { content: 'Day 41 of the boat' }, false],
    ['a text of which most is missing', { text: 'one' }, { content: 'one two three' }, false],
    ['written long before', { createdAt: new Date(at.getTime() - 3_600_000) }, {}, false],
    ['a clock that is a little behind', { createdAt: new Date(at.getTime() - 60_000) }, {}, true],
    ['a boost', { isReblog: true }, {}, false],
    ['a reply', { isReply: true }, {}, false],
    ['images that we did not send', { media }, {}, false],
    ['our images, whatever the text', { media, text: 'x' }, { mediaIds: ['m1'], mediaCount: 1 }, true],
    ['other images', { media }, { mediaIds: ['m2'], mediaCount: 1 }, false],
    ['an image that is named after the status', { media: named }, { mediaIds: ['m1'], mediaCount: 1 }, true],
    ['such an image, and another text', { media: named, text: 'x' }, { mediaIds: ['m1'], mediaCount: 1 }, false],
    ['fewer of such images', { media: named }, { mediaIds: ['m1', 'm2'], mediaCount: 2 }, false],
    ['such an image of a link in the text', { media: named }, {}, true],
    ['another link', { text: 'Hi @a https://e.org/y' }, {}, false],
    ['one more link', { text: 'Hi @a https://e.org/x https://e.org/y' }, {}, false],
    ['another link alone', { text: 'https://e.org/y' }, { content: 'https://e.org/x' }, false],
    ['a link in Markdown', { text: 'Hi https://e.org/ab' }, { content: '*Hi* https://e.org/_a_b' }, true],
    ['a decoded link', { text: 'A *b* https://e.org/ö' }, { content: 'A b https://E.org/%C3%B6' }, true],
  ])('%s', (_, there, sent, same) => {
    expect(isSameStatus({ ...status, ...there }, { ...post, ...sent })).toBe(same);
  });
});

describe('files', () => {
  it.each([
    ['ffd8ffe000104a464946000101000001', 'image/jpeg'],
    ['89504e470d0a1a0a0000000d49484452', 'image/png'],
    [Buffer.from('GIF89a..........').toString('hex'), 'image/gif'],
    [Buffer.from('RIFF....WEBPVP8 ').toString('hex'), 'image/webp'],
    [Buffer.from('....ftypavif....').toString('hex'), 'image/avif'],
    [Buffer.from('....ftypheic....').toString('hex'), 'image/heic'],
    [Buffer.from('....ftypisom....').toString('hex'), 'video/mp4'],
    ['1a45dfa3934282886d6174726f736b61', 'video/webm'],
    [Buffer.from('WEBP....WEBP....').toString('hex'), null],
    [Buffer.from('<svg xmlns="http').toString('hex'), null],
    [Buffer.from('%PDF-1.7........').toString('hex'), null],
    ['', null],
  ])('%s is %s', (hex, type) => {
    expect(sniffMime(Buffer.from(hex, 'hex'))).toBe(type);
  });
});

describe('patience', () => {
  it('grows with the age of a post, and with the failures of an instance, up to a quarter of an hour', () => {
    const minute = 60_000;
    expect([0, minute, 30 * minute, 24 * 60 * minute].map(retryPause)).toEqual([2000, 15_000, 450_000, 900_000]);
    expect([1, 2, 5, 50].map(checkPause)).toEqual([10_000, 20_000, 160_000, 900_000]);
  });
});
