import { Inject, Injectable } from '@nestjs/common';
import { CHANNELS } from '../../cluster/cluster.module';
import type { SignedChannels } from '../../cluster/signed-channels';
import { CONFIG, type Config } from '../../common/config';
import { DomainEvents } from '../../common/domain-events';
import { Metrics } from '../../common/metrics';
import type { Changes } from '../session.repository';
import { toDeadlinesView } from '../session.views';
import type { SessionContext } from '../session-context';
import { ChangeFeed } from './change-feed';
import { LocalSessionCache } from './local-session-cache';

/**
 * Session contexts for reads, cached in process memory. A cached context proves only that a session is live, never that
 * it has ended, and is used only while this node is up to date with other nodes' commits.
 */
@Injectable()
export class SessionCache {
  private readonly local: LocalSessionCache;
  private wasUsable = false;
  private readonly count: (labels: { place: 'cache' | 'database' }) => void;

  constructor(
    private readonly feed: ChangeFeed,
    events: DomainEvents,
    @Inject(CHANNELS) private readonly channels: SignedChannels | null,
    @Inject(CONFIG) config: Config,
    metrics: Metrics,
  ) {
    this.count = metrics.counter('vedfolnir_session_lookups_total', 'Where sessions were found', ['place']);
    const local = new LocalSessionCache(config.cacheTtl);
    this.local = local;
    feed.onChanges((changes) => this.apply(changes));
    events.on('session.ended', ({ userId, sessionId }) => local.noteEnded(userId, sessionId));
    events.on('session.rekeyed', ({ userId, revision }) => local.noteRevision(userId, revision));
    events.on('platform.switched', (event) => local.noteSwitch(event));
    events.on('platforms.changed', ({ userId, revision }) => local.noteRevision(userId, revision));
    events.on('session.extended', ({ userId, sessionId, lastActivity, deadlines }) =>
      local.noteActivity(userId, sessionId, lastActivity, deadlines),
    );
  }

  /** @param read loads the context from the database @returns the cached context, or the result of `read` */
  async get(tokenHash: string, read: () => Promise<SessionContext | null>): Promise<SessionContext | null> {
    const known = this.recall(tokenHash);
    if (known) return known;
    this.count({ place: 'database' });
    return this.isUsable() ? this.local.load(tokenHash, read) : read();
  }

  /** @returns the cached context; null if there is none, which says nothing about the session */
  recall(tokenHash: string): SessionContext | null {
    const known = this.isUsable() ? this.local.get(tokenHash) : null;
    if (known) this.count({ place: 'cache' });
    return known;
  }

  /** Updates the cache after a database read showed a later activity. */
  noteActivity({ user, session }: SessionContext): void {
    this.local.noteActivity(user.id, session.id, session.lastActivityAt.toISOString(), toDeadlinesView(session));
  }

  /** A node that may have missed a change starts with an empty cache. */
  private isUsable(): boolean {
    const usable = this.feed.fresh && (this.channels?.healthy ?? true);
    if (this.wasUsable && !usable) this.local.clear();
    this.wasUsable = usable;
    return usable;
  }

  private apply({ ended, users, complete }: Changes): void {
    if (!complete) this.local.clear();
    for (const { userId, sessionId } of ended) this.local.noteEnded(userId, sessionId);
    for (const { userId, revision } of users) this.local.noteRevision(userId, revision);
  }
}
