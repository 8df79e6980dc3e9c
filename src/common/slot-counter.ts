/** Counts slots held per key, up to a maximum. */
export class SlotCounter<K> {
  private readonly held = new Map<K, number>();

  constructor(private readonly max: number) {}

  /** @returns false if the key already holds the maximum */
  take(key: K): boolean {
    const held = this.held.get(key) ?? 0;
    if (held >= this.max) return false;
    this.held.set(key, held + 1);
    return true;
  }

  release(key: K): void {
    const held = (this.held.get(key) ?? 0) - 1;
    if (held > 0) this.held.set(key, held);
    else this.held.delete(key);
  }
}
