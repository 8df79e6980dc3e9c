import type { MediaLimitsView } from '../../../src/protocol/http';
import type { PostText } from './draft-repository';
import type { Platform } from './post-target';
import { charactersLeft, sortFiles, validationProblem, withoutAltText } from './post-validation';

const TOWN: Platform = { id: 1, name: 'Town', type: 'mastodon' };
const PHOTOS: Platform = { id: 2, name: 'Photos', type: 'pixelfed' };
const LIMITS: MediaLimitsView = {
  max_attachments: 2,
  mime_types: ['image/png', 'video/mp4'],
  image_size: 1_500_000,
  video_size: null,
  description_length: 10,
};
const text = (content: string, spoiler_text = ''): PostText => ({
  title: '',
  content,
  spoiler_text,
  visibility: 'public',
  language: 'en',
});
const file = (name: string, type = 'image/png', size = 1) => ({ name, type, size });
const described = (name: string, altText: string) => ({ file: { name }, altText });

describe('the remaining characters', () => {
  it('use the limit of the platform, or of its type while that is unknown', () => {
    expect(charactersLeft(TOWN, text('abc'))).toBe(497);
    expect(charactersLeft(PHOTOS, text(''))).toBe(2200);
    expect(charactersLeft({ ...TOWN, maxCharacters: 10 }, text('abc', 'cw'))).toBe(5);
    expect(charactersLeft({ ...TOWN, maxCharacters: 10, charactersPerUrl: 30 }, text('http://a.de'))).toBe(-20);
  });
});

describe('files', () => {
  const names = (files: { name: string }[]) => files.map(({ name }) => name);

  it('of other types, too large or too many are refused by name, and the others accepted', () => {
    const given = [
      file('a.png'),
      file('notes.pdf', 'application/pdf'),
      file('huge.png', 'image/png', 1_500_001),
      file('b.mp4', 'video/mp4', 16 * 1024 * 1024),
      file('c.png'),
    ];
    const { taken, refused } = sortFiles(given, TOWN, LIMITS, 0);
    expect(names(taken)).toEqual(['a.png', 'b.mp4']);
    expect(refused).toEqual([
      'notes.pdf is of a kind that Town does not take.',
      'huge.png is larger than the 1.4 MB that can be sent to Town.',
      'c.png is one too many: Town takes 2 in a post.',
    ]);
    expect(sortFiles([file('d.png')], TOWN, LIMITS, 2).taken).toEqual([]);
  });

  it('of the common types are accepted while the limits are unknown', () => {
    const given = [file('a.webp', 'image/webp'), file('b.mp4', 'video/mp4'), file('c.heic', '')];
    expect(names(sortFiles(given, TOWN, null, 20).taken)).toEqual(['a.webp', 'c.heic']);
    expect(sortFiles([file('d.png', 'image/png', 17_000_000)], TOWN, null, 0).refused).toEqual([
      'd.png is larger than the 16 MB that can be sent to Town.',
    ]);
  });

  it('without a description are found', () => {
    const [blank, boat, nothing] = [described('a.png', ' '), described('b.png', 'A boat'), described('c.png', '')];
    expect(withoutAltText([blank, boat, nothing])).toEqual([blank, nothing]);
  });
});

describe('the reason why a post cannot be sent', () => {
  const boat = described('boat.png', 'A boat');

  it('is null for a valid post', () => {
    expect(validationProblem(TOWN, text('Hello'), [], LIMITS)).toBeNull();
    expect(validationProblem(PHOTOS, text(''), [boat], LIMITS)).toBeNull();
  });

  it.each([
    ['a lost connection', { ...TOWN, needsReconnect: true }, text('Hello'), [], 'Town must be connected again'],
    ['too many characters', TOWN, text('a'.repeat(501)), [], '1 character too long for Town'],
    ['too long a warning', TOWN, text('', 'a'.repeat(502)), [boat], '2 characters too long for Town'],
    ['no words', TOWN, text(' \n'), [], 'nothing to post'],
    ['too long a description', TOWN, text(''), [described('boat.png', 'A blue boat')], 'boat.png is longer than 10'],
    ['too many files', TOWN, text(''), [boat, boat, boat], 'takes 2 files'],
    ['no image for Pixelfed', PHOTOS, text('Hello'), [], 'takes no post without an image'],
  ])('is %s', (_, platform, words, files, said) => {
    expect(validationProblem(platform, words, files, LIMITS)?.message).toContain(said);
  });

  it('is left to the instance while its limits are unknown', () => {
    expect(validationProblem(PHOTOS, text('Hello'), [], null)).toBeNull();
    expect(validationProblem(TOWN, text(''), [boat, boat, boat], null)).toBeNull();
  });
});
