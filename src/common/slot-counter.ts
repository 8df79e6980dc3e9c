/** How many of something each key holds at the moment. */
export class SlotCounter<K> {
  private readonly held = new Map<K, number>();

  constructor(private readonly most: number) {}

  /** @returns false where the key holds the most already */
  take(key: K): boolean {
    const held = this.held.get(key) ?? 0;
    if (held >= this.most) return false;
    this.held.set(key, held + 1);
    return true;
  }

  release(key: K): void {
    const held = (this.held.get(key) ?? 0) - 1;
    if (held > 0) this.held.set(key, held);
    else this.held.delete(key);
  }
}
