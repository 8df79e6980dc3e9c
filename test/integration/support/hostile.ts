/** Input that no regular client sends. */

/** Nested `levels` deep. */
export const deepArray = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
export const deepObject = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** In place of a text, a number or a list: each of the wrong type, too long, or impossible to store. */
export const HOSTILE_VALUES: [string, unknown][] = [
  ['null', null],
  ['an empty list', []],
  ['a list of texts', ['mastodon', 'all']],
  ['an object', {}],
  ['an operator', { $gt: '' }],
  ['a raw query', { _type: 'raw', _value: "' OR 1=1" }],
  ['a prototype', { constructor: { prototype: { admin: true } } }],
  ['a number', 1.5],
  ['a huge number', 1e308],
  ['true', true],
  ['NUL', 'a\u0000b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['an escape sequence', '\u001b[2J'],
  ['a long text', 'x'.repeat(20_000)],
];

/** Whole bodies that are not a valid object, for any route. */
export const HOSTILE_BODIES: [string, string | Buffer][] = [
  ['a list', '[]'],
  ['a list of objects', '[{"username":"a"}]'],
  ['a number', '1'],
  ['a text', '"username"'],
  ['true', 'true'],
  ['half an object', '{"username":"a"'],
  ['white space', ' \n '],
  ['two objects', '{}{}'],
  ['a comment', '{/* */}'],
  ['__proto__', '{"__proto__":{"role":"admin"}}'],
  ['__proto__ within', '{"username":{"__proto__":{"role":"admin"}}}'],
  ['__proto__ in escapes', '{"\\u005f_proto__":{"role":"admin"}}'],
  ['constructor.prototype', '{"constructor":{"prototype":{"role":"admin"}}}'],
  ['a deep list', `{"name":${deepArray(100_000)}}`],
  ['a deep list of a few thousand', `{"content":${deepArray(3000)}}`],
  ['a deep object', `{"name":${deepObject(30_000)}}`],
  ['many unknown fields', JSON.stringify(Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`f${i}`, i])))],
  ['more than fits', JSON.stringify({ content: 'x'.repeat(1_100_000) })],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Buffer.from('\ufeff{"username":"a"}', 'utf16le')],
  ['bytes of a ZIP', Buffer.from('PK\u0003\u0004 and more', 'latin1')],
  ['NUL bytes', Buffer.alloc(64)],
];

/** Bytes on a connection that are no request, or more than one. */
export function hostileBytes(host: string): [string, string | Buffer][] {
  const post = `POST /api/auth/login HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json\r\n`;
  const body = '{"username":"a","password":"b"}';
  return [
    ['a body longer than it says', `${post}Content-Length: 5\r\n\r\n${body}`],
    ['a negative length', `${post}Content-Length: -5\r\n\r\n${body}`],
    ['a length that is no number', `${post}Content-Length: many\r\n\r\n${body}`],
    ['two lengths', `${post}Content-Length: 5\r\nContent-Length: 31\r\n\r\n${body}`],
    ['a length and chunks', `${post}Content-Length: 31\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks that are none', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}`],
    ['an unknown coding', `${post}Transfer-Encoding: gzip\r\n\r\n${body}`],
    [
      'a control character in the cookie',
      `GET /api/session HTTP/1.1\r\nHost: ${host}\r\nCookie: a=\u0001\u0000b\r\n\r\n`,
    ],
    ['a header without end', `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Platform-Id: ${'9'.repeat(40_000)}`],
    ['a header of 40 KB', `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Platform-Id: ${'9'.repeat(40_000)}\r\n\r\n`],
    [
      'a folded header',
      `GET /api/session HTTP/1.1\r\nHost: ${host}\r\nCookie: a=b\r\n c=d\r\nConnection: close\r\n\r\n`,
    ],
    ['an unknown method', `FROBNICATE /api/session HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ['CONNECT', `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ['no host', 'GET /api/session HTTP/1.1\r\n\r\n'],
    ['NUL in the path', `GET /\u0000 HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ['a path with spaces', `GET /a b c HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ['HTTP/0.9', 'GET /\r\n'],
    ['HTTP/9.9', `GET / HTTP/9.9\r\nHost: ${host}\r\n\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the hello of TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['a megabyte of one letter', 'A'.repeat(1_000_000)],
    ['an unknown upgrade', `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`],
  ];
}
