/**
 * One read of the state at a time. A caller during a read waits for another one that begins afterwards: the response
 * in progress may be older than the caller's last change.
 */
export class SyncQueue {
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  /** @param read must not reject */
  constructor(private readonly read: () => Promise<void>) {}

  /** The newest read that is running or queued. */
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
