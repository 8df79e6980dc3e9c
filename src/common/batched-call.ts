interface Waiting<V> {
  resolve(value: V | null): void;
  reject(error: unknown): void;
  result: Promise<V | null>;
}

/**
 * Batches calls: keys requested while the allowed number of calls is running share the next call. Every result was read
 * after its key was requested.
 */
export class BatchedCall<V> {
  private waiting = new Map<string, Waiting<V>>();
  private running = 0;
  private isScheduled = false;

  /**
   * @param call gets each key once; a key without a result resolves to null
   * @param limits keys per call, and concurrent calls
   */
  constructor(
    private readonly call: (keys: string[]) => Promise<ReadonlyMap<string, V>>,
    private readonly limits: { keys: number; calls: number },
  ) {}

  run(key: string): Promise<V | null> {
    const known = this.waiting.get(key);
    if (known) return known.result;
    const entry = {} as Waiting<V>;
    entry.result = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    this.waiting.set(key, entry);
    this.schedule();
    return entry.result;
  }

  /** Starts after the current turn of the event loop, so that its keys share a call. */
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
      const results = await this.call(batch.map(([key]) => key));
      for (const [key, { resolve }] of batch) resolve(results.get(key) ?? null);
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    } finally {
      this.running--;
      this.schedule();
    }
  }
}
