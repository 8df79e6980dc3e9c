import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NAMESPACE, REDIS } from '../../cluster/cluster.module';
import { Heartbeat } from '../../cluster/heartbeat';
import type { RedisClient } from '../../cluster/redis';
import type { Config } from '../../common/config';
import { CONFIG } from '../../common/config';
import { DomainEvents } from '../../common/domain-events';
import type { Changes } from '../session.repository';
import { toDeadlinesView } from '../session.views';
import type { SessionContext } from '../session-context';
import { ChangeFeed } from './change-feed';
import { LocalSessionCache } from './local-session-cache';
import { RedisSessionCache } from './redis-session-cache';

/**
 * The contexts of sessions, for reads alone: in process, over Redis, over the database. A cache may say "this session
 * is live", never "it is not"; and it may say so only while this node knows what the others have committed.
 */
@Injectable()
export class SessionCache implements OnApplicationShutdown {
  private readonly near: LocalSessionCache;
  private readonly far: RedisSessionCache | null;
  private trusted = false;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly heartbeat: Heartbeat,
    events: DomainEvents,
    @Inject(REDIS) redis: RedisClient | null,
    @Inject(NAMESPACE) namespace: string,
    @Inject(CONFIG) config: Config,
  ) {
    this.near = new LocalSessionCache(config.cacheTtl);
    this.far = redis && new RedisSessionCache(redis, config.cacheTtl, namespace);
    feed.onChanges((changes) => this.apply(changes));
    events.on('session.ended', ({ sessionId }) => this.noteEnded([sessionId]));
    events.on('session.rekeyed', ({ userId, revision }) => this.noteRevision(userId, revision));
    events.on('platform.switched', async (event) => {
      if (this.near.noteSwitch(event)) await this.far?.noteRevision(event.userId, event.revision);
    });
    events.on('platforms.changed', ({ userId, revision }) => this.noteRevision(userId, revision));
    events.on('session.extended', async ({ sessionId, lastActivity, deadlines }, source) => {
      this.near.noteActivity(sessionId, lastActivity, deadlines);
      // Each node hears of it, and the one where it happened tells Redis.
      if (source === 'here') await this.far?.noteActivity(sessionId, new Date(lastActivity));
    });
  }

  /**
   * @param load reads the database
   * @returns what is known, or what `load` found
   */
  async get(tokenHash: string, load: () => Promise<SessionContext | null>): Promise<SessionContext | null> {
    const known = this.recall(tokenHash);
    if (known) return known;
    const usable = this.usable();
    const ticket = this.near.ticket();
    const shared = usable ? await this.fromFar(tokenHash) : null;
    const context = shared ?? (await load());
    if (!context || !usable) return context;
    const current = this.near.put(tokenHash, context, ticket);
    if (current && !shared) void this.far?.put(tokenHash, context);
    return context;
  }

  /** What this node knows by itself, without waiting for anybody. */
  recall(tokenHash: string): SessionContext | null {
    return this.usable() ? this.near.get(tokenHash) : null;
  }

  /** Whether another node has seen this secret to be that of a session a moment ago. */
  async shares(tokenHash: string): Promise<boolean> {
    return this.usable() && (await this.fromFar(tokenHash)) !== null;
  }

  /** What a read of the database has shown of a session: another node may have noted it, and not said so here. */
  noteActivity(session: SessionContext['session']): void {
    this.near.noteActivity(session.id, session.lastActivityAt.toISOString(), toDeadlinesView(session));
  }

  onApplicationShutdown(): void {
    this.far?.close();
  }

  /** What Redis has counts only as far as this node knows no better. */
  private async fromFar(tokenHash: string): Promise<SessionContext | null> {
    const shared = await this.far?.get(tokenHash);
    return shared && this.near.admits(shared) ? shared : null;
  }

  /** Losing touch with the other nodes empties what is near: it may have missed anything. */
  private usable(): boolean {
    const usable = this.feed.fresh && this.heartbeat.healthy;
    if (this.trusted && !usable) this.near.clear();
    this.trusted = usable;
    return usable;
  }

  /** The feed repeats itself for a while; only what is news to Redis is told to it again. */
  private async apply({ ended, users, whole }: Changes): Promise<void> {
    if (!whole) {
      this.near.clear();
      this.far?.mistrust();
    }
    await Promise.all([
      this.noteEnded(ended.map(({ sessionId }) => sessionId)),
      ...users.map(({ userId, revision }) => this.noteRevision(userId, revision)),
    ]);
  }

  private async noteEnded(sessionIds: string[]): Promise<void> {
    const news = sessionIds.filter((id) => this.near.noteEnded(id));
    if (news.length > 0) await this.far?.noteEnded(news);
  }

  private async noteRevision(userId: number, revision: number): Promise<void> {
    if (this.near.noteRevision(userId, revision)) await this.far?.noteRevision(userId, revision);
  }
}
