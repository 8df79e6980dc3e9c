/** Random cookies, headers, bodies and frames: noise, and almost valid ones. */
import fc from 'fast-check';

/** The characters that HTTP allows in a header value: no control characters. */
export const headerText = fc
  .string({ unit: 'binary-ascii', maxLength: 200 })
  .map((text) => text.replaceAll(/[^\x20-\x7e]/g, '~'));

/** A text with one part changed, removed or doubled. */
export const mutated = (text: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat({ max: text.length }), fc.nat({ max: 20 }), headerText).map(([at, length, noise]) => {
    const kinds = [noise, '', text.slice(at, at + length).repeat(2)];
    return text.slice(0, at) + kinds[length % kinds.length]! + text.slice(at + length);
  });

export const HEADER_NAMES = [
  'accept',
  'accept-encoding',
  'authorization',
  'content-encoding',
  'content-type',
  'forwarded',
  'host',
  'idempotency-key',
  'if-modified-since',
  'if-none-match',
  'origin',
  'range',
  'referer',
  'sec-fetch-site',
  'user-agent',
  'x-background',
  'x-csrftoken',
  'x-forwarded-for',
  'x-http-method-override',
  'x-platform-id',
  'x-platform-pinned',
  'x-request-id',
  'x-tab-id',
] as const;

/** Ids, almost valid ids, and values of types that a driver or a template might misinterpret. */
export const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom<unknown>(null, true, '', '0', '-1', '1e3', '__proto__', 'constructor', '%00', "' OR 1=1 --", '../..'),
  fc.double(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(Number),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Null most of the time: a request with many faults is refused for the first of them. */
export const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, arbitrary);

interface Change {
  /** The index among the fields of the body, or the name of a new field. */
  field: number | string;
  value: unknown;
}

/** Changes of the fields of a valid body. */
export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    field: fc.oneof(
      { weight: 4, arbitrary: fc.nat({ max: 9 }) },
      fc.constantFrom('id', '__proto__', 'constructor', 'role', 'user_id'),
      fc.string({ maxLength: 20 }),
    ),
    value: odd,
  }),
  { maxLength: 3 },
);

/** @returns the body as JSON: `__proto__` is a normal field there */
export function changed(body: unknown, made: Change[]): string {
  const fields = new Map<string, unknown>(Object.entries((body as object | undefined) ?? {}));
  const names = [...fields.keys()];
  for (const { field, value } of made) {
    const name = typeof field === 'string' ? field : names[field % names.length];
    if (name !== undefined) fields.set(name, value);
  }
  return `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? null}`)}}`;
}

const PACKET_TYPES = ['0', '1', '2', '3', '4', '40', '41', '42', '43', '44', '45', '450-', '451-', '421', '42/x,'];
const EVENTS = ['session:sync', 'session:activity', 'session:state', 'disconnect', 'connect', 'error', '__proto__'];

/** Frames of Socket.IO that are valid, almost valid, or noise. */
export const frame: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...PACKET_TYPES), fc.oneof(fc.constantFrom(...EVENTS), fc.string()), fc.array(odd))
    .map(([type, event, given]) => type + JSON.stringify([event, ...given])),
  fc.constantFrom(...PACKET_TYPES).chain((type) => mutated(`${type}["session:sync",{"revision":1}]`)),
);
