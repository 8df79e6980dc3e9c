/** No more than `most` pieces of work at a time; the others wait in their order. */
export class ConcurrencyLimit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  get queueLength(): number {
    return this.waiting.length;
  }

  get isIdle(): boolean {
    return this.running === 0;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      // The place goes to the next one, or is free.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** A limit for each key: a burst under one key takes no more than its places among all others. */
export class FairTurns {
  private readonly limits = new Map<number, ConcurrencyLimit>();

  constructor(private readonly mostPerKey: number) {}

  async run<T>(key: number, work: () => Promise<T>): Promise<T> {
    const limit = this.limits.get(key) ?? new ConcurrencyLimit(this.mostPerKey);
    this.limits.set(key, limit);
    try {
      return await limit.run(work);
    } finally {
      if (limit.isIdle) this.limits.delete(key);
    }
  }
}
