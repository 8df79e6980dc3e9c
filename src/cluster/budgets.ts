/**
 * Rate limits per caller, far above what a person with several devices, many tabs and scripts needs; beyond them the
 * answer is RATE_LIMITED. `docs/operate.md` has the same table, and a test compares them.
 */

const MINUTE_SECONDS = 60;
const QUARTER_HOUR_SECONDS = 15 * MINUTE_SECONDS;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;

export interface RateBudget {
  /** Part of the keys in Redis. */
  name: string;
  /** Allowed count within `seconds`. */
  points: number;
  seconds: number;
  /** `node`: each node counts on its own, without a Redis call: for frequent actions that load only this node. */
  counted: 'cluster' | 'node';
}

const rate = (name: string, points: number, seconds: number, counted: RateBudget['counted'] = 'cluster') =>
  ({ name, points, seconds, counted }) satisfies RateBudget;

export const RATE_BUDGETS = {
  /** Wrong passwords for one account from one address. */
  guessesPerAccountAndAddress: rate('account', 10, QUARTER_HOUR_SECONDS),
  /** From all addresses: the number of consecutive failures that NIST SP 800-63B-4 allows for an account. */
  guessesPerAccount: rate('everywhere', 100, QUARTER_HOUR_SECONDS),
  /** By a caller with a session who must give the password again. */
  guessesPerSession: rate('session', 10, QUARTER_HOUR_SECONDS),
  /** Over all accounts: a school or an office shares an address. */
  guessesPerAddress: rate('address', 200, QUARTER_HOUR_SECONDS),
  registrationsPerAddress: rate('registration', 300, HOUR_SECONDS),
  /** Each costs a database read. */
  unknownTokensPerAddress: rate('unknown', 300, MINUTE_SECONDS),

  /** Requests that may change something: 100 per second on average, in bursts of up to a minute's worth. */
  writesPerPerson: rate('write', 6000, MINUTE_SECONDS, 'node'),
  writesPerAddress: rate('write-address', 30_000, MINUTE_SECONDS, 'node'),
  /**
   * Requests that make the server call an instance: connect, test, import, new token. They load other people's servers.
   */
  instanceCallsPerPerson: rate('instance', 60, MINUTE_SECONDS),
  instanceCallsPerAddress: rate('instance-address', 1800, MINUTE_SECONDS),

  /** Pictures that are not cached: each is fetched from an instance. */
  picturesPerPerson: rate('picture', 1200, MINUTE_SECONDS, 'node'),

  /** After a restart all tabs reconnect at once: these limits stop loops, not large groups of users. */
  handshakesPerAddress: rate('handshake', 20_000, MINUTE_SECONDS, 'node'),
  handshakesPerSession: rate('handshake-session', 3000, MINUTE_SECONDS, 'node'),
  /** Of all its sockets: a tab sends a few in a minute. */
  messagesPerSession: rate('message', 250, 5, 'node'),
} as const;

/** An IPv6 site has many /64 networks: a whole /48 gets this many times the limit of one /64. */
export const SITE_FACTOR = 8;

/** Concurrent sockets per node. */
export const SOCKET_BUDGETS = {
  perSession: 500,
  perPerson: 2000,
  /** Connections without a live session: not authenticated yet, or rejected and still open. */
  withoutSessionPerAddress: 2000,
} as const;

/** Storage limits per user; beyond them the answer is VALIDATION_ERROR, as waiting would not help. */
export const STORED_BUDGETS = {
  /** Each change of a connection sends all of them to every tab. */
  connectionsPerPerson: 100,
  /** Files without a post: a composer holds a few. */
  unusedFilesPerConnection: 100,
  unusedFilesPerPerson: 200,
  unusedBytesPerPerson: 1024 ** 3,
} as const;
