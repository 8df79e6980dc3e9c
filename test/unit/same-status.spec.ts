/** Which status of an account is taken for a post whose answer was lost. */
import type { RemoteStatus } from '../../src/fediverse/instance-types';
import { isSameStatus, type SentPost } from '../../src/publishing/outbox/same-status';

const NOW = new Date('2026-01-02T03:04:05Z');

const sent = (content: string, mediaIds: string[] = []): SentPost => ({
  content,
  spoilerText: null,
  createdAt: NOW,
  mediaIds,
  mediaCount: mediaIds.length,
});

const status = (text: string, mediaIds: string[] = []): RemoteStatus => ({
  id: '1',
  url: null,
  createdAt: NOW,
  editedAt: null,
  text,
  spoilerText: '',
  visibility: 'public',
  language: null,
  sensitive: false,
  isReply: false,
  isReblog: false,
  media: mediaIds.map((id) => ({ id, description: null, url: null, isImage: true })),
  mediaLeftOut: 0,
});

it.each([
  ['the same text', 'Read this: https://town.example/1', 'Read this: https://town.example/1', true],
  ['a link shortened', 'Read https://town.example/a/long/way', 'Read https://town.example/a/lo…', true],
  ['mark-up rendered', 'Read *this*: https://town.example/a_b_c', 'Read this: https://town.example/abc', true],
  ['a link behind a word', 'Read [this](https://town.example/1)', 'Read this', true],
  ['a warning put before it', 'one two three four', 'CW: one two three four', true],
  ['another link', 'Read this: https://town.example/1', 'Read this: https://town.example/2', false],
  ['a link more', 'Read this', 'Read this https://town.example/1', false],
  ['another link alone', 'https://town.example/1', 'https://town.example/2', false],
  ['other words', 'one two three', 'four five six', false],
])('%s', (_, content, text, isSame) => {
  expect(isSameStatus(status(text), sent(content))).toBe(isSame);
});

it.each([
  ['the same ids, whatever the text', ['7', '8'], ['7', '8'], 'y', true],
  ['another id', ['7'], ['9'], 'x', false],
  ['ids that the status makes from its address', ['post-1.png'], ['https://town.example/1_0'], 'x', true],
  ['such ids and other words', ['post-1.png'], ['https://town.example/1_0'], 'y', false],
  ['such ids, but fewer', ['post-1.png', 'post-2.png'], ['https://town.example/1_0'], 'x', false],
])('attachments: %s', (_, uploads, ids, text, isSame) => {
  expect(isSameStatus(status(text, ids), sent('x', uploads))).toBe(isSame);
});
