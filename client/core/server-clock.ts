/** The server's time as far as this page knows it: the browser's own clock may be a day off. */
export class ServerClock {
  private offset = 0;

  constructor(private readonly now: () => number) {}

  /** Learns from a `server_time` that has just arrived. */
  learn(serverTime: string): void {
    const at = Date.parse(serverTime);
    if (Number.isFinite(at)) this.offset = at - this.now();
  }

  /** @returns milliseconds until `iso`, by the server's clock; negative when it has passed. */
  until(iso: string): number {
    return Date.parse(iso) - (this.now() + this.offset);
  }
}
