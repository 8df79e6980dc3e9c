/**
 * One question that many ask at once: it is put one time after the other, and whoever asks gets an answer that was
 * begun after they came.
 */
export class CoalescedCall<T> {
  private running: Promise<T> | null = null;
  private next: Promise<T> | null = null;

  constructor(private readonly put: () => Promise<T>) {}

  run(): Promise<T> {
    if (!this.running) return this.begin();
    const ended = this.running.then(ignore, ignore);
    this.next ??= ended.then(() => this.begin());
    return this.next;
  }

  private begin(): Promise<T> {
    this.next = null;
    const running = this.put();
    this.running = running;
    const done = () => {
      if (this.running === running) this.running = null;
    };
    running.then(done, done);
    return running;
  }
}

function ignore(): void {}
