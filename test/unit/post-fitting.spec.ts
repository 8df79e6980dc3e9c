import type { PlatformConnection } from '../../src/database/entities/platform-connection.entity';
import { mediaLimitsOf, requireFitting } from '../../src/publishing/posts/post-fitting';

const connection = (platformType: 'mastodon' | 'pixelfed') =>
  ({ name: 'Photos', platformType, maxCharacters: 500, charactersPerUrl: 23, mediaLimits: null }) as PlatformConnection;

it.each([
  [{ content: 'x', visibility: 'direct' as const }, { field: 'visibility' }],
  [
    { content: 'x', spoiler_text: 'x'.repeat(141) },
    { field: 'spoiler_text', limit: 140, count: 141 },
  ],
  [{ content: 'I <3 boats' }, { field: 'content' }],
])('%j is refused for Pixelfed alone, before it is sent', (form, detail) => {
  const media_ids = [1];
  expect(() => requireFitting(connection('mastodon'), { ...form, media_ids })).not.toThrow();
  expect(() => requireFitting(connection('pixelfed'), { ...form, media_ids })).toThrow(
    expect.objectContaining({ options: { details: [expect.objectContaining(detail)] } }),
  );
});

it('takes a "<" that stands alone', () => {
  expect(() => requireFitting(connection('pixelfed'), { content: '1 < 2', media_ids: [1] })).not.toThrow();
});

it('knows that Pixelfed takes a description of 1000 characters, whatever it says', () => {
  const mediaLimits = JSON.stringify({ max_attachments: 4, description_length: 1500 });
  const limitOf = (kind: 'mastodon' | 'pixelfed') =>
    mediaLimitsOf({ ...connection(kind), mediaLimits })?.description_length;
  expect([limitOf('mastodon'), limitOf('pixelfed')]).toEqual([1500, 1000]);
});
