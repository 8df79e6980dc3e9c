/** Estimates the server's time: the browser's own clock may be a day off. */
export class ServerClock {
  private offset = 0;
  private learntAt = 0;

  constructor(private readonly now: () => number) {}

  /** Learns from a `server_time` that has just arrived; one that is older than the newest is ignored. */
  learn(serverTime: string): void {
    const at = Date.parse(serverTime);
    if (!(at >= this.learntAt)) return;
    this.learntAt = at;
    this.offset = at - this.now();
  }

  /** @returns milliseconds until `iso`, by the server's clock; negative if it has passed */
  until(iso: string): number {
    return Date.parse(iso) - (this.now() + this.offset);
  }
}
