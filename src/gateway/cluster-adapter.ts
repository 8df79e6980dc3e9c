import { Inject, Injectable } from '@nestjs/common';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { CHANNELS, NAMESPACE } from '../cluster/cluster.module';
import { Presence } from '../cluster/presence';
import { isCluster } from '../cluster/redis-cluster';
import type { SignedChannels } from '../cluster/signed-channels';
import { CONFIG, type Config } from '../common/config';
import { isDomainEvent } from '../common/domain-event-schema';
import { type DomainEvent, DomainEvents } from '../common/domain-events';
import { withTimeout } from '../common/with-timeout';
import { type AppNamespace, sessionRoom } from './socket-types';

/** How long to wait for another node's online sessions. */
const ANSWER_TIMEOUT_MS = 300;

/** Connects our namespace, and no other, with the other nodes: pushes, events and requests use its adapter. */
@Injectable()
export class ClusterAdapter {
  constructor(
    private readonly events: DomainEvents,
    private readonly presence: Presence,
    @Inject(CHANNELS) private readonly channels: SignedChannels | null,
    @Inject(NAMESPACE) private readonly keyPrefix: string,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  start(namespace: AppNamespace): void {
    const online = (ids: readonly string[]) => ids.filter((id) => namespace.adapter.rooms.has(sessionRoom(id)));
    this.presence.online = async (ids) => new Set(online(ids));
    if (!this.channels) return;

    void namespace.adapter.close();
    const { channels, config } = this;
    const key = `${this.keyPrefix}:sockets`;
    const create = isCluster(config.redis)
      ? // One channel for all rooms keeps the order of events and pushes.
        createShardedAdapter(channels, channels, { channelPrefix: key, subscriptionMode: 'static' })
      : createAdapter(channels, channels, {
          key,
          requestsTimeout: ANSWER_TIMEOUT_MS,
          publishOnSpecificResponseChannel: true,
        });
    namespace.adapter = create(namespace);
    namespace.on('event', (event) => {
      if (isDomainEvent(event)) void this.events.publish(event, 'remote');
    });
    namespace.on('online', (ids, answer) => answer(online(ids)));
    this.presence.online = async (ids) => {
      const onlineHere = new Set(online(ids));
      const asked = ids.filter((id) => !onlineHere.has(id));
      return asked.length === 0
        ? onlineHere
        : new Set([...onlineHere, ...(await this.onlineElsewhere(namespace, asked))]);
    };
  }

  /**
   * Sends an event to all other nodes. Without Redis it is lost, and found later by polling the database. Resolves when
   * Redis has it.
   */
  async forward(namespace: AppNamespace, event: DomainEvent): Promise<void> {
    if (!this.channels) return;
    namespace.serverSideEmit('event', event);
    await this.channels.lastPublished;
  }

  private onlineElsewhere(namespace: AppNamespace, asked: string[]): Promise<string[]> {
    // If a node does not answer in time, the callback gets an error together with the other nodes' answers.
    const answer = new Promise<string[]>((resolve) => {
      namespace.serverSideEmit('online', asked, (_: Error | null, answers: string[][]) => resolve(answers.flat()));
    });
    // The sharded adapter waits for 5 s.
    return withTimeout(2 * ANSWER_TIMEOUT_MS, answer).catch(() => []);
  }
}
