import { normaliseInstanceUrl, usernameIn } from '../../src/platform/instance-url';

it.each([
  ['mastodon.example', 'https://mastodon.example'],
  ['  mastodon.example/@me ', 'https://mastodon.example'],
  ['HTTPS://Mastodon.Example/@me', 'https://mastodon.example'],
  ['@me@mastodon.example', 'https://mastodon.example'],
  ['me@Mastodon.example', 'https://mastodon.example'],
  ['föderation.example', 'https://xn--fderation-07a.example'],
  ['@me@föderation.example', 'https://xn--fderation-07a.example'],
  ['https://mastodon.example.', 'https://mastodon.example'],
  ['https://mastodon.example:443/', 'https://mastodon.example'],
  ['https://mastodon。example', 'https://mastodon.example'],
  ['127.0.0.1:3101', 'http://127.0.0.1:3101'],
  ['@me@127.0.0.1:3101', 'http://127.0.0.1:3101'],
])('%s is %s', (typed, url) => {
  expect(normaliseInstanceUrl(typed, ['127.0.0.1:3101'])).toBe(url);
});

it.each([
  '',
  '@me',
  'two words',
  'javascript:alert(1)',
  'ftp://a.example',
  '127.0.0.1:80',
  'a@b@c.example',
  '@me@localhost',
])('%p is no instance', (typed) => {
  expect(() => normaliseInstanceUrl(typed, ['127.0.0.1:3101'])).toThrow('The request is not valid');
});

it.each([
  ['@me@mastodon.example', 'me'],
  ['me@mastodon.example', 'me'],
  ['HTTPS://Mastodon.Example/@me', 'me'],
  ['mastodon.example/@me/', 'me'],
  ['mastodon.example', null],
  ['https://mastodon.example/@me/113', null],
])('%s names the account %p', (typed, username) => {
  expect(usernameIn(typed)).toBe(username);
});
