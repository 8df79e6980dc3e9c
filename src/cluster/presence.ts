/** Which sessions have a socket open, on any node. */
import type { Clock } from '../common/clock';
import type { RedisClient } from './redis';

export interface Presence {
  /** A first socket of the session opened on this node. */
  join(sessionId: string): Promise<void>;
  /** The last socket of the session on this node closed. */
  leave(sessionId: string): Promise<void>;
  /** @returns those of `sessionIds` that have a socket open on any node */
  online(sessionIds: readonly string[]): Promise<Set<string>>;
  close(): Promise<void>;
}

/** One node: what it knows is all there is. */
export class MemoryPresence implements Presence {
  private readonly present = new Set<string>();

  async join(sessionId: string): Promise<void> {
    this.present.add(sessionId);
  }

  async leave(sessionId: string): Promise<void> {
    this.present.delete(sessionId);
  }

  async online(sessionIds: readonly string[]): Promise<Set<string>> {
    return new Set(sessionIds.filter((id) => this.present.has(id)));
  }

  async close(): Promise<void> {
    this.present.clear();
  }
}

/** How long a node's word holds without being said again, and how often it says it; ms. */
const TTL = 30_000;
const REPEAT_EVERY = 10_000;

/**
 * Many nodes: per session a sorted set of the nodes that hold a socket of it, scored by when their word runs out, so
 * that a node that was killed drops out by itself. All go by one clock, whatever their own say. While Redis is away, a node answers for itself alone.
 */
export class RedisPresence implements Presence {
  private readonly here = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly redis: RedisClient,
    private readonly namespace: string,
    private readonly nodeId: string,
    private readonly clock: Clock,
  ) {
    this.timer = setInterval(() => this.repeat(), REPEAT_EVERY);
    this.timer.unref();
  }

  async join(sessionId: string): Promise<void> {
    this.here.add(sessionId);
    await this.say([sessionId]);
  }

  async leave(sessionId: string): Promise<void> {
    this.here.delete(sessionId);
    await this.redis.zRem(this.key(sessionId), this.nodeId).catch(() => undefined);
  }

  async online(sessionIds: readonly string[]): Promise<Set<string>> {
    const found = new Set(sessionIds.filter((id) => this.here.has(id)));
    const elsewhere = sessionIds.filter((id) => !found.has(id));
    const now = this.clock.now().getTime();
    const counts = await Promise.all(
      elsewhere.map((id) => this.redis.zCount(this.key(id), now, '+inf').catch(() => 0)),
    );
    elsewhere.forEach((id, index) => {
      if (counts[index]) found.add(id);
    });
    return found;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.here].map((id) => this.leave(id)));
  }

  private key(sessionId: string): string {
    return `${this.namespace}:presence:${sessionId}`;
  }

  private repeat(): void {
    this.say([...this.here]);
  }

  private async say(sessionIds: string[]): Promise<void> {
    const until = this.clock.now().getTime() + TTL;
    await Promise.all(
      sessionIds.map((id) =>
        this.redis
          .multi()
          .zAdd(this.key(id), { score: until, value: this.nodeId })
          .pExpire(this.key(id), TTL)
          .exec()
          .catch(() => undefined),
      ),
    );
  }
}
