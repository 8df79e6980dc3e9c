interface Waiting<V> {
  resolve(value: V | null): void;
  reject(error: unknown): void;
  answer: Promise<V | null>;
}

/**
 * Many questions of one kind, answered together: those that are asked while as many calls as are allowed are under way
 * share the next one. Every answer was begun after its question was asked.
 */
export class BatchedCall<V> {
  private waiting = new Map<string, Waiting<V>>();
  private running = 0;
  private isScheduled = false;

  /**
   * @param call is given each key once; a key that it answers nothing for is answered null
   * @param limits how many keys one call is given, and how many calls there are at any moment
   */
  constructor(
    private readonly call: (keys: string[]) => Promise<ReadonlyMap<string, V>>,
    private readonly limits: { keys: number; calls: number },
  ) {}

  run(key: string): Promise<V | null> {
    const known = this.waiting.get(key);
    if (known) return known.answer;
    const entry = {} as Waiting<V>;
    entry.answer = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    this.waiting.set(key, entry);
    this.schedule();
    return entry.answer;
  }

  /** Once all that arrived in this turn of the event loop has been read. */
  private schedule(): void {
    if (this.isScheduled || this.running >= this.limits.calls || this.waiting.size === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      void this.begin();
      this.schedule();
    });
  }

  private async begin(): Promise<void> {
    const batch = [...this.waiting].slice(0, this.limits.keys);
    for (const [key] of batch) this.waiting.delete(key);
    this.running++;
    try {
      const answers = await this.call(batch.map(([key]) => key));
      for (const [key, { resolve }] of batch) resolve(answers.get(key) ?? null);
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    } finally {
      this.running--;
      this.schedule();
    }
  }
}
