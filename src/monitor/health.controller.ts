import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CHANNELS } from '../cluster/cluster.module';
import { RedisProbe } from '../cluster/redis-probe';
import type { SignedChannels } from '../cluster/signed-channels';
import { AppError } from '../common/app-error';
import { CoalescedCall } from '../common/coalesced-call';
import { CONFIG, type Config } from '../common/config';
import { Lifecycle } from '../common/lifecycle';
import { Metrics } from '../common/metrics';
import { Installation } from '../database/entities/installation.entity';
import { UnitOfWork } from '../database/unit-of-work';
import type { ReadinessView } from '../protocol/http';
import { Public } from '../session/session.decorators';

interface MetricsRequest {
  headers: { authorization?: string; 'x-forwarded-for'?: string | string[] };
  socket: { remoteAddress?: string };
}

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/** Liveness, readiness and metrics, for the operator. */
@Controller()
@Public()
export class HealthController {
  /** Deletes no row: tests for a read-only server, as after a failover. Concurrent requests share a probe. */
  private readonly databaseProbe = new CoalescedCall(() =>
    this.work.write(({ em }) => em.createQueryBuilder().delete().from(Installation).where('1 = 0').execute()),
  );

  constructor(
    private readonly work: UnitOfWork,
    @Inject(CHANNELS) private readonly channels: SignedChannels | null,
    private readonly probe: RedisProbe,
    private readonly figures: Metrics,
    private readonly lifecycle: Lifecycle,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    figures.gauge('vedfolnir_channel_healthy', '1 while messages of the other nodes reach this one', () =>
      (channels?.healthy ?? true) ? 1 : 0,
    );
  }

  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * Fails while the node shuts down, or without its database. Without Redis a node is still ready, as only its exchange
   * with other nodes is interrupted.
   */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessView> {
    const database: ReadinessView['database'] = await this.databaseProbe.run().then(
      () => 'up' as const,
      () => 'down' as const,
    );
    const { fault } = this.probe;
    const redis: ReadinessView['redis'] = this.channels ? (this.channels.healthy && !fault ? 'up' : 'down') : 'unused';
    const status = this.lifecycle.draining ? 'draining' : database === 'up' ? 'ok' : 'unavailable';
    if (status !== 'ok') reply.status(503);
    return { status, database, redis, ...(fault && { redis_fault: fault }) };
  }

  /** For callers on this machine, or with METRICS_TOKEN. @throws AppError FORBIDDEN */
  @Get('metrics')
  metrics(@Req() request: MetricsRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (!this.mayReadMetrics(request)) throw new AppError('FORBIDDEN');
    reply.header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    return this.figures.text();
  }

  private mayReadMetrics({ headers, socket }: MetricsRequest): boolean {
    const { metricsToken } = this.config;
    if (metricsToken !== null && isEqual(headers.authorization, `Bearer ${metricsToken}`)) return true;
    // A proxy on this machine forwards requests of others.
    return headers['x-forwarded-for'] === undefined && LOOPBACK.test(socket.remoteAddress ?? '');
  }
}

function isEqual(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}
