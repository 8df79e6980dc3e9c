import { Injectable } from '@nestjs/common';
import { Lifecycle } from '../common/lifecycle';
import { SocketBalancer } from '../gateway/socket-balancer';

/** For a process that was told to stop, before `app.close()`. */
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
   * `/health/ready` says no from now on, and the sockets of this node are closed one after the other: their tabs connect
   * to another node. Requests are still answered.
   * @param durationMs over which time; resolves after it
   */
  async drain(durationMs: number): Promise<void> {
    this.lifecycle.draining = true;
    await this.sockets.drain(durationMs);
  }
}
