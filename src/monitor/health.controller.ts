import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CHANNELS } from '../cluster/cluster.module';
import { RedisProbe } from '../cluster/redis-probe';
import type { SignedChannels } from '../cluster/signed-channels';
import { Lifecycle } from '../common/lifecycle';
import { Metrics } from '../common/metrics';
import { Installation } from '../database/entities/installation.entity';
import { UnitOfWork } from '../database/unit-of-work';
import { Public } from '../session/session.decorators';

type Check = 'up' | 'down';

/** For the operator: alive, able to serve, and in figures. */
@Controller()
@Public()
export class HealthController {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(CHANNELS) private readonly channels: SignedChannels | null,
    private readonly probe: RedisProbe,
    private readonly figures: Metrics,
    private readonly lifecycle: Lifecycle,
  ) {
    figures.gauge('vedfolnir_channel_healthy', '1 while messages of the other nodes reach this one', () =>
      (channels?.healthy ?? true) ? 1 : 0,
    );
  }

  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** A node that was told to stop still answers, and wants no more. Without Redis a node still serves, only not heard by the others; without its database it cannot. */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    // A change of no row: a server that only reads, as after a failover, refuses it.
    const database: Check = await this.work
      .write(({ em }) => em.createQueryBuilder().delete().from(Installation).where('1 = 0').execute())
      .then(
        () => 'up' as const,
        () => 'down' as const,
      );
    const { fault } = this.probe;
    const redis: Check | 'unused' = this.channels ? (this.channels.healthy && !fault ? 'up' : 'down') : 'unused';
    const status = this.lifecycle.draining ? 'draining' : database === 'up' ? 'ok' : 'unavailable';
    if (status !== 'ok') reply.status(503);
    return { status, database, redis, ...(fault && { redis_fault: fault }) };
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.figures.text();
  }
}
