import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type NodeInfo, NodeRegistry } from '../cluster/node-registry';
import type { AppServer } from './socket-types';

/**
 * How far above the average a node may be before it closes sockets; below the minimum average balancing is pointless.
 */
const TOLERATED_SHARE = 1.2;
const TOLERATED_SOCKETS = 10;
const MIN_AVERAGE_SOCKETS = 50;
/** Consecutive observations needed: other nodes' counts lag behind this node's while clients connect. */
const MIN_OBSERVATIONS = 3;
/** Share of the excess that is closed per step: other nodes' counts are a few seconds old. */
const SHARE_PER_STEP = 1 / 3;
/** Time over which sockets are closed. */
const SPREAD_MS = 2000;

/** Closes sockets gradually: each client reconnects after a random delay, wherever the load balancer routes it. */
@Injectable()
export class SocketBalancer implements OnApplicationShutdown {
  private readonly logger = new Logger('Sockets');
  private io: AppServer | null = null;
  private draining = false;
  private observationsAbove = 0;

  constructor(private readonly nodes: NodeRegistry) {}

  /** Starts balancing: after a rolling restart most sockets are on the nodes that restarted first. */
  start(io: AppServer): void {
    this.io = io;
    this.nodes.start(
      () => io.of('/').sockets.size,
      (all) => this.balance(all),
    );
  }

  /** Closes all sockets of this node within that time. */
  async drain(ms: number): Promise<void> {
    this.draining = true;
    await Promise.all([this.nodes.stop(), this.close(Number.POSITIVE_INFINITY, ms)]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.nodes.stop();
  }

  private balance(all: NodeInfo[]): void {
    const [self] = all;
    if (this.draining || !self || all.length < 2) return;
    const average = all.reduce((sum, { sockets }) => sum + sockets, 0) / all.length;
    const excess = self.sockets - average * TOLERATED_SHARE - TOLERATED_SOCKETS;
    this.observationsAbove = excess > 0 && average >= MIN_AVERAGE_SOCKETS ? this.observationsAbove + 1 : 0;
    if (this.observationsAbove < MIN_OBSERVATIONS) return;
    const count = Math.ceil(excess * SHARE_PER_STEP);
    this.logger.log(`${self.sockets} sockets here, ${Math.round(average)} per node: closing ${count}`);
    void this.close(count, SPREAD_MS);
  }

  private async close(count: number, ms: number): Promise<void> {
    const sockets = [...(this.io?.of('/').sockets.values() ?? [])].sort(() => Math.random() - 0.5).slice(0, count);
    const startedAt = performance.now();
    for (const [index, socket] of sockets.entries()) {
      // By the clock, as a pause takes a millisecond at least.
      const early = startedAt + (index / sockets.length) * ms - performance.now();
      if (early > 0) await pause(early);
      // Without a message: the client treats this as a lost connection and reconnects.
      socket.conn.close();
    }
  }
}
