/** Runs at most `max` tasks at a time; the others wait in order. */
export class ConcurrencyLimit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly max: number) {}

  get queueLength(): number {
    return this.waiting.length;
  }

  get isIdle(): boolean {
    return this.running === 0;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.max) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      // Hands the slot to the next waiting task, or frees it.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** A concurrency limit per key, so that a burst under one key does not delay the others. */
export class KeyedConcurrencyLimit {
  private readonly limits = new Map<number, ConcurrencyLimit>();

  constructor(private readonly maxPerKey: number) {}

  async run<T>(key: number, work: () => Promise<T>): Promise<T> {
    const limit = this.limits.get(key) ?? new ConcurrencyLimit(this.maxPerKey);
    this.limits.set(key, limit);
    try {
      return await limit.run(work);
    } finally {
      if (limit.isIdle) this.limits.delete(key);
    }
  }
}
