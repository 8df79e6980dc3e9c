import { Injectable } from '@nestjs/common';
import { Lifecycle } from '../common/lifecycle';
import { SocketBalancer } from '../gateway/socket-balancer';

/** Prepares a process for shutdown, before `app.close()`. */
@Injectable()
export class GracefulShutdown {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly sockets: SocketBalancer,
  ) {}

  /** Whether `drain` was called. */
  get draining(): boolean {
    return this.lifecycle.draining;
  }

  /**
   * Makes `/health/ready` fail, and closes this node's sockets one by one, so that their tabs connect to another node.
   * Requests are still answered.
   * @param durationMs the time over which sockets are closed; resolves afterwards
   */
  async drain(durationMs: number): Promise<void> {
    this.lifecycle.drain();
    await this.sockets.drain(durationMs);
  }
}
