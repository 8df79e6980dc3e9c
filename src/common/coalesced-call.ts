/** Coalesces concurrent calls: one runs at a time, and every caller gets a result that was read after its call. */
export class CoalescedCall<T> {
  private running: Promise<T> | null = null;
  private next: Promise<T> | null = null;

  constructor(private readonly call: () => Promise<T>) {}

  run(): Promise<T> {
    if (!this.running) return this.begin();
    const ended = this.running.then(ignore, ignore);
    this.next ??= ended.then(() => this.begin());
    return this.next;
  }

  private begin(): Promise<T> {
    this.next = null;
    const running = this.call();
    this.running = running;
    const done = () => {
      if (this.running === running) this.running = null;
    };
    running.then(done, done);
    return running;
  }
}

function ignore(): void {}
