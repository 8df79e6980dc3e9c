import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { DomainEvents } from '../common/domain-events';
import { isDomainEvent } from './domain-event-schema';
import { type RedisClient, whenReady } from './redis';

/** Carries the facts of this node to all others, and theirs here. */
export class ClusterEventBus {
  private readonly logger = new Logger('ClusterEventBus');
  private readonly nodeId = randomUUID();
  private readonly channel: string;

  constructor(
    private readonly publisher: RedisClient,
    private readonly subscriber: RedisClient,
    private readonly events: DomainEvents,
    namespace: string,
  ) {
    this.channel = `${namespace}:facts`;
  }

  start(): void {
    whenReady(this.subscriber, () => this.subscriber.subscribe(this.channel, (text) => this.receive(text)));
    this.events.onAny(async (event, source) => {
      if (source === 'elsewhere') return;
      const message = JSON.stringify({ from: this.nodeId, event });
      // The others find out from the database what this does not tell them.
      await this.publisher.publish(this.channel, message).catch(() => undefined);
    });
  }

  /** Whatever stands in the channel, it must not end the process. */
  private receive(text: string): void {
    try {
      const { from, event } = JSON.parse(text) as { from: unknown; event: unknown };
      if (from === this.nodeId) return;
      if (!isDomainEvent(event)) throw new Error('no fact of ours');
      this.events.publish(event, 'elsewhere').catch(() => undefined);
    } catch (error) {
      this.logger.warn(`A message from Redis was not understood: ${(error as Error).message}`);
    }
  }
}
