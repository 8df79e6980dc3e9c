/**
 * All that one caller may make the server do. A person with several devices, many tabs and scripts stays far below; what
 * goes beyond is answered with RATE_LIMITED. `docs/operate.md` has the same table, and a test compares them.
 */

const MINUTE_SECONDS = 60;
const QUARTER_SECONDS = 15 * MINUTE_SECONDS;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;

export interface RateBudget {
  /** Part of the keys in Redis. */
  name: string;
  /** Times within `seconds`. */
  points: number;
  seconds: number;
  /** `node`: each node counts for itself, without asking Redis: for what happens often and costs this node alone. */
  counted: 'cluster' | 'node';
}

const rate = (name: string, points: number, seconds: number, counted: RateBudget['counted'] = 'cluster') =>
  ({ name, points, seconds, counted }) satisfies RateBudget;

export const RATE_BUDGETS = {
  /** Wrong passwords for one account from one address. */
  guessesPerAccountAndAddress: rate('account', 10, QUARTER_SECONDS),
  /** From everywhere: as many as NIST SP 800-63B-4 lets an account bear in a row. */
  guessesPerAccount: rate('everywhere', 100, QUARTER_SECONDS),
  /** By a caller who has a session, when the password is asked for once more. */
  guessesPerSession: rate('session', 10, QUARTER_SECONDS),
  /** Over all accounts: a school or an office shares an address. */
  guessesPerAddress: rate('address', 200, QUARTER_SECONDS),
  registrationsPerAddress: rate('registration', 300, HOUR_SECONDS),
  /** Each costs a read of the database. */
  unknownTokensPerAddress: rate('unknown', 300, MINUTE_SECONDS),

  /** Requests that may change something: 100 a second, and a burst of a minute's worth. */
  writesPerPerson: rate('write', 6000, MINUTE_SECONDS, 'node'),
  writesPerAddress: rate('write-address', 30_000, MINUTE_SECONDS, 'node'),
  /** Requests that make the server call an instance: connect, test, import, new token. Others' servers pay for them. */
  instanceCallsPerPerson: rate('instance', 60, MINUTE_SECONDS),
  instanceCallsPerAddress: rate('instance-address', 1800, MINUTE_SECONDS),

  /** After a restart all tabs come back at once: these bound loops, not crowds. */
  handshakesPerAddress: rate('handshake', 20_000, MINUTE_SECONDS, 'node'),
  handshakesPerSession: rate('handshake-session', 3000, MINUTE_SECONDS, 'node'),
  /** Of all its sockets: a tab sends a few in a minute. */
  messagesPerSession: rate('message', 250, 5, 'node'),
} as const;

/** An IPv6 site has many networks of /64: all of a /48 together may do this many times what one of them may. */
export const SITE_FACTOR = 8;

/** Of each at a time, on one node. */
export const SOCKET_BUDGETS = {
  perSession: 500,
  perPerson: 2000,
  /** Connections that have not shown a live session yet, or were refused and stay. */
  withoutSessionPerAddress: 2000,
} as const;

/** What one person may keep; past it the answer is VALIDATION_ERROR, as waiting would not help. */
export const STORED_BUDGETS = {
  /** Each change of one sends all of them to every tab. */
  connectionsPerPerson: 100,
  /** Files that no post has: a composer holds a few. */
  unusedFilesPerConnection: 100,
  unusedFilesPerPerson: 200,
  unusedBytesPerPerson: 1024 ** 3,
} as const;
