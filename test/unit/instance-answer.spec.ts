/** Responses of instances and their meaning: as seen at real servers, in their sources or in public bug reports. */
import { pauseOf, readAnswer } from '../../src/fediverse/instance-answer';
import type { InstanceFault } from '../../src/fediverse/instance-error';
import { toLimits, toMedia, toSentStatus, toStatus, toStatusPage } from '../../src/fediverse/instance-types';
import { toMultipart } from '../../src/fediverse/media-upload';

const NOW = 'Fri, 02 Jan 2026 00:00:00 GMT';
const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readAnswer(
    { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) },
    'town.example',
    [],
  );
const page = (title: string) => `<!doctype html><html><head><title>${title}</title></head></html>`;

describe('a refusal', () => {
  it.each<[string, number, unknown, InstanceFault, string]>([
    [
      'of files that are not processed yet',
      422,
      { error: 'Cannot attach files that have not finished processing. Try again in a moment!' },
      'limited',
      'Cannot attach files',
    ],
    ['of a record that is there', 422, { error: 'Duplicate record' }, 'duplicate', 'Duplicate record'],
    ['of a key that was used', 422, { error: 'Idempotency key already used' }, 'duplicate', 'Idempotency key'],
    ['of a key, in the words of Pixelfed', 400, { error: 'Duplicate idempotency key.' }, 'duplicate', 'Duplicate'],
    ['of an empty text', 422, { error: 'invalid_request' }, 'refused', 'invalid_request'],
    ['of a dead token', 401, { error: 'The access token is invalid' }, 'unauthorized', 'no longer accepts the token'],
    ['of a dead token, at Pixelfed', 500, { error: 'Unauthenticated.' }, 'unauthorized', 'no longer accepts the token'],
    [
      'by validation, at Pixelfed',
      500,
      { message: 'The given data was invalid.', errors: { status: ['The status is too long.'] } },
      'refused',
      'The given data was invalid.',
    ],
    ['for its scopes', 403, { error: 'insufficient_scope' }, 'forbidden', 'lacks a permission'],
    ['for its scopes, without a word', 403, { error: '' }, 'forbidden', 'lacks a permission'],
    ['of a person', 403, { error: 'Your login is currently disabled' }, 'refused', 'Your login is currently disabled'],
    ['by a page of a proxy', 403, page('Attention required'), 'refused', 'town.example answered with a web page'],
    ['of a file that a proxy finds too large', 413, page('413 Too Large'), 'refused', '("413 Too Large"), status 413'],
    ['with an image that the instance cannot read', 500, { error: 'Error processing' }, 'lost', 'town.example failed'],
    ['of a request that a proxy waited for in vain', 408, page('Timeout'), 'lost', 'town.example failed'],
    ['by a gateway', 502, page('Bad gateway'), 'lost', 'town.example failed'],
    ['with a page instead of data', 200, page('Welcome'), 'unreadable', '("Welcome"), status 200'],
    ['with what is no data', 200, 'ok', 'unreadable', 'town.example gave an answer that cannot be read'],
  ])('%s', (_, status, body, fault, words) => {
    const isPage = typeof body === 'string' && body.startsWith('<');
    expect(() => read(status, body, { 'content-type': isPage ? 'text/html' : 'application/json' })).toThrow(
      expect.objectContaining({ fault, message: expect.stringContaining(words) }),
    );
  });
});

describe('a pause', () => {
  it.each([
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['an HTTP date', { 'retry-after': 'Fri, 02 Jan 2026 00:02:00 GMT' }, 120_000],
    ['a reset as a date', { 'x-ratelimit-reset': '2026-01-02T00:02:00.000000Z' }, 120_000],
    ['a reset in Unix seconds', { 'x-ratelimit-reset': '1767312120' }, 120_000],
    ['a day', { 'retry-after': '86400' }, 3_600_000],
    ['a reset in a day', { 'x-ratelimit-reset': '2026-01-03T00:00:00Z' }, 3_600_000],
    ['a moment that is gone', { 'retry-after': 'Thu, 01 Jan 2026 23:00:00 GMT' }, 1000],
    ['nothing', {}, 60_000],
    ['what is no time', { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' }, 60_000],
  ])('of %s is a time from now, at most an hour', (_, headers, pause) => {
    expect(pauseOf({ date: NOW, ...headers })).toBe(pause);
  });
});

it.each([
  [503, { 'retry-after': '120' }, 120_000],
  [503, {}, undefined],
  [500, { 'retry-after': '120' }, undefined],
])('takes %s with %j for a failure, after which is waited as the instance says', (status, headers, retryAfter) => {
  const failed = expect.objectContaining({ fault: 'lost', details: { status, retryAfter } });
  expect(() => read(status, page('Maintenance'), { date: NOW, ...headers })).toThrow(failed);
});

describe('a list of statuses', () => {
  const status = (id: unknown, more: object = {}) => ({
    id,
    created_at: '2026-01-02T03:04:05Z',
    content: 'x',
    ...more,
  });

  it('leaves out what cannot be read, and counts it', () => {
    const wrong = [status(null), { id: '3' }, null, 'x', 7, [], status('y', { created_at: 'never' })];
    const { statuses, leftOut } = toStatusPage([status('1'), ...wrong, status('2')], 400);
    expect([statuses.map(({ id }) => id), leftOut]).toEqual([['1', '2'], wrong.length]);
  });

  it.each([
    ['the last one', [status('2'), status('1')], '1'],
    ['one that cannot be read', [status('2'), { id: '1' }, null], '1'],
    ['none', [null, {}], null],
    ['none of none', [], null],
  ])('goes on after %s', (_, answer, lastId) => {
    expect(toStatusPage(answer, 400).lastId).toBe(lastId);
  });

  it('leaves out an attachment that cannot be read, and keeps its status', () => {
    const media_attachments = [{ id: '1', type: 'image' }, { id: null, type: 'image' }, null];
    const { media, mediaLeftOut } = toStatus(status('1', { media_attachments }));
    expect([media.map(({ id }) => id), mediaLeftOut]).toEqual([['1'], 2]);
  });

  it.each(['public', 'unlisted', 'private', 'direct'])('has %s as it is', (visibility) => {
    expect(toStatus(status('1', { visibility })).visibility).toBe(visibility);
  });

  it.each(['local', 'mutuals_only', 'list', 'limited', 'invented tomorrow', '', null, 7, undefined])(
    'takes %p for the narrowest',
    (visibility) => {
      expect(toStatus(status('1', { visibility })).visibility).toBe('direct');
    },
  );

  it.each(['17', 'd2b5ca33.png', 'https://town.example/media/1', '01J5…', 'a b', '../x', 17])(
    'takes %p for an id',
    (id) => {
      expect([toStatus(status(id)).id, toMedia({ id }).id]).toEqual([String(id), String(id)]);
    },
  );
});

it('takes an answer to a post that has no more than an id', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  expect(toSentStatus({ id: 'x' }, now)).toMatchObject({ id: 'x', createdAt: now, visibility: 'direct' });
});

it('takes limits from the top, where Akkoma names them', () => {
  const answer = { max_toot_chars: 5000, description_limit: 800, max_media_attachments: 20, upload_limit: 16_000_000 };
  expect(toLimits(answer)).toMatchObject({
    maxCharacters: 5000,
    media: { max_attachments: 20, description_length: 800, image_size: 16_000_000 },
  });
});

it('gives each upload a name of its own, with the right ending', async () => {
  const names = await Promise.all(
    ['image/png', 'image/png', 'image/jpeg', 'video/quicktime'].map(async (mimeType) => {
      const file = { size: 1, mimeType, description: null, chunks: async function* () {} };
      let text = '';
      for await (const chunk of toMultipart(file).upload.chunks()) text += chunk.toString();
      return /filename="([^"]+)"/.exec(text)![1]!;
    }),
  );
  expect(new Set(names).size).toBe(4);
  expect(names.map((name) => name.split('.')[1])).toEqual(['png', 'png', 'jpg', 'mov']);
});
