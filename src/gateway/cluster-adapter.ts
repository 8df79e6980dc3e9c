import { Inject, Injectable } from '@nestjs/common';
import { createAdapter } from '@socket.io/redis-adapter';
import { CHANNELS, NAMESPACE } from '../cluster/cluster.module';
import { Presence } from '../cluster/presence';
import type { SignedChannels } from '../cluster/signed-channels';
import { isDomainEvent } from '../common/domain-event-schema';
import { type DomainEvent, DomainEvents } from '../common/domain-events';
import { type AppNamespace, sessionRoom } from './socket-types';

/** How long another node may take to say which sessions are online there. */
const ANSWER_TIMEOUT_MS = 300;

/** Connects our namespace, and no other, with the other nodes: pushes, events and questions go through its adapter. */
@Injectable()
export class ClusterAdapter {
  constructor(
    private readonly events: DomainEvents,
    private readonly presence: Presence,
    @Inject(CHANNELS) private readonly channels: SignedChannels | null,
    @Inject(NAMESPACE) private readonly keyPrefix: string,
  ) {}

  start(namespace: AppNamespace): void {
    const online = (ids: readonly string[]) => ids.filter((id) => namespace.adapter.rooms.has(sessionRoom(id)));
    this.presence.online = async (ids) => new Set(online(ids));
    if (!this.channels) return;

    void namespace.adapter.close();
    namespace.adapter = createAdapter(this.channels, this.channels, {
      key: `${this.keyPrefix}:sockets`,
      requestsTimeout: ANSWER_TIMEOUT_MS,
      publishOnSpecificResponseChannel: true,
    })(namespace);
    namespace.on('event', (event) => {
      if (isDomainEvent(event)) void this.events.publish(event, 'elsewhere');
    });
    namespace.on('online', (ids, answer) => answer(online(ids)));
    this.presence.online = async (ids) => {
      const here = new Set(online(ids));
      const asked = ids.filter((id) => !here.has(id));
      return asked.length === 0 ? here : new Set([...here, ...(await this.onlineElsewhere(namespace, asked))]);
    };
  }

  /** To all other nodes; lost where Redis is away, and then found in the database. Resolves when Redis has it. */
  async forward(namespace: AppNamespace, event: DomainEvent): Promise<void> {
    if (!this.channels) return;
    namespace.serverSideEmit('event', event);
    await this.channels.lastPublished;
  }

  private onlineElsewhere(namespace: AppNamespace, asked: string[]): Promise<string[]> {
    // A node that does not answer in time is an error, with the answers of the others beside it.
    return new Promise((resolve) => {
      namespace.serverSideEmit('online', asked, (_: Error | null, answers: string[][]) => resolve(answers.flat()));
    });
  }
}
