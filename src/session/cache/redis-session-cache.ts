import { randomUUID } from 'node:crypto';
import type { RedisClient } from '../../cluster/redis';
import { withTimeout } from '../../common/with-timeout';
import type { SessionContext } from '../session-context';
import { isContext } from './context-shape';
import { ENDED } from './version-floor';

/** How often the generation is read again; ms. */
const GENERATION_EVERY = 1000;

/** A request does not wait longer than this for Redis; ms. */
const ANSWER_WITHIN = 200;

/** An entry counts unless more is known of its session or of its user: the same rule as near, in one step. */
const GET = `
local e = redis.call('HMGET', KEYS[1], 'user', 'session', 'revision', 'activity', 'context')
if not e[5] then return nil end
local least = redis.call('MGET', ARGV[1] .. 'user:' .. e[1], ARGV[1] .. 'session:' .. e[2])
if least[1] and tonumber(least[1]) > tonumber(e[3]) then return nil end
if least[2] and tonumber(least[2]) > tonumber(e[4]) then return nil end
return e[5]`;

/** Compare and set: never over something newer, never over an end. */
const PUT = `
local prefix, user, session, revision, activity = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local least = redis.call('MGET', prefix .. 'user:' .. user, prefix .. 'session:' .. session)
if least[1] and tonumber(least[1]) > revision then return 0 end
if least[2] and tonumber(least[2]) > activity then return 0 end
local e = redis.call('HMGET', KEYS[1], 'revision', 'activity')
if e[1] and (tonumber(e[1]) > revision or (tonumber(e[1]) == revision and tonumber(e[2]) > activity)) then return 0 end
redis.call('HSET', KEYS[1], 'user', user, 'session', session, 'revision', ARGV[4], 'activity', ARGV[5], 'context', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return 1`;

/** What says less is past from here on. */
const RAISE = `
local least = redis.call('GET', KEYS[1])
if least and tonumber(least) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/**
 * Contexts in Redis, for all nodes. Every key begins with a generation, a random name that is made anew whenever a
 * node has lost Redis or could not tell it something: what was there before is then not read by anybody.
 */
export class RedisSessionCache {
  private readonly generationKey: string;
  private generation: string | null = null;
  private readonly timer: NodeJS.Timeout;
  /** How often what is there was doubted, and which of these doubts a new generation has settled. */
  private doubts = 0;
  private settled = 0;

  /**
   * @param ttl milliseconds
   * @param namespace before every key
   */
  constructor(
    private readonly redis: RedisClient,
    private readonly ttl: number,
    private readonly namespace: string,
  ) {
    this.generationKey = `${namespace}:cache:generation`;
    // After a reconnect it may be another Redis, or the same one with old data.
    redis.on('ready', () => this.mistrust());
    redis.on('error', () => this.mistrust());
    this.mistrust();
    this.timer = setInterval(() => this.tick(), GENERATION_EVERY);
    this.timer.unref();
  }

  get trusted(): boolean {
    return this.generation !== null;
  }

  async get(tokenHash: string): Promise<SessionContext | null> {
    const prefix = this.prefix();
    if (!prefix) return null;
    try {
      const keys = [`${prefix}context:${tokenHash}`];
      const text = await withTimeout(ANSWER_WITHIN, this.redis.eval(GET, { keys, arguments: [prefix] }));
      // The generation may have ended while we asked.
      return typeof text === 'string' && this.prefix() === prefix ? revive(text) : null;
    } catch {
      // What ended while Redis did not answer is perhaps not written there.
      this.mistrust();
      return null;
    }
  }

  async put(tokenHash: string, context: SessionContext): Promise<void> {
    const prefix = this.prefix();
    if (!prefix || context.session.endedAt) return;
    const { user, session, revision } = context;
    await this.redis
      .eval(PUT, {
        keys: [`${prefix}context:${tokenHash}`],
        arguments: [
          prefix,
          String(user.id),
          session.id,
          String(revision),
          String(session.lastActivityAt.getTime()),
          JSON.stringify(context),
          String(this.ttl),
        ],
      })
      // An entry that is not there costs a read of the database, no more.
      .catch(() => undefined);
  }

  /** @returns whether Redis took note; if not, nothing of this generation is read any more */
  noteEnded(sessionIds: readonly string[]): Promise<boolean> {
    return this.told((prefix) => Promise.all(sessionIds.map((id) => this.raise(`${prefix}session:${id}`, ENDED))));
  }

  /** @returns as `noteEnded` */
  noteActivity(sessionId: string, at: Date): Promise<boolean> {
    return this.told((prefix) => this.raise(`${prefix}session:${sessionId}`, at.getTime()));
  }

  /** @returns as `noteEnded` */
  noteRevision(userId: number, revision: number): Promise<boolean> {
    return this.told((prefix) => this.raise(`${prefix}user:${userId}`, revision));
  }

  /** Nobody is to read what is there now, on any node. */
  mistrust(): void {
    this.generation = null;
    this.doubts++;
    void this.tick();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private prefix(): string | null {
    return this.generation && `${this.namespace}:${this.generation}:`;
  }

  /** VersionFloor outlive every entry that was there when they were made. */
  private raise(key: string, least: number): Promise<unknown> {
    return this.redis.eval(RAISE, { keys: [key], arguments: [String(least), String(2 * this.ttl)] });
  }

  private async told(tell: (prefix: string) => Promise<unknown>): Promise<boolean> {
    const prefix = this.prefix();
    try {
      // Without a generation of our own the others may have one, and would go on reading what this makes untrue.
      if (!prefix) throw new Error('Not in touch with Redis');
      await withTimeout(ANSWER_WITHIN, tell(prefix));
      return true;
    } catch {
      this.mistrust();
      return false;
    }
  }

  /** Makes a new generation where one is due, else follows the one that the nodes agree on. */
  private async tick(): Promise<void> {
    if (!this.redis.isReady) return;
    const { doubts } = this;
    try {
      if (doubts !== this.settled) await this.redis.set(this.generationKey, randomUUID());
      this.settled = Math.max(this.settled, doubts);
      await this.redis.set(this.generationKey, randomUUID(), { NX: true });
      const agreed = await this.redis.get(this.generationKey);
      // A doubt that came up meanwhile is about this very answer.
      if (this.doubts === doubts) this.generation = agreed;
    } catch {
      this.generation = null;
      this.doubts++;
    }
  }
}

const TIMES = new Set(['createdAt', 'lastActivityAt', 'authenticatedAt', 'idleExpiresAt', 'absoluteExpiresAt']);

/** Null: not what this version puts there, so the database is asked. */
function revive(text: string): SessionContext | null {
  const found: unknown = JSON.parse(text, (key, value: unknown) =>
    TIMES.has(key) ? new Date(value as string) : value,
  );
  return isContext(found) ? found : null;
}
