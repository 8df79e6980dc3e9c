/**
 * One reading of the state at a time. Who asks during one gets another that began after the question: an
 * answer already on its way may be older than what the asker has just done.
 */
export class SyncQueue {
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  /** @param read must not reject */
  constructor(private readonly read: () => Promise<void>) {}

  /** The newest reading that is under way or waits for its turn. */
  get pending(): Promise<void> | null {
    return this.next ?? this.running;
  }

  run(): Promise<void> {
    if (this.next) return this.next;
    if (!this.running) return this.begin();
    this.next = this.running.then(() => {
      this.next = null;
      return this.begin();
    });
    return this.next;
  }

  private begin(): Promise<void> {
    this.running = this.read().finally(() => {
      this.running = null;
    });
    return this.running;
  }
}
