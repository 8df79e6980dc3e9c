/**
 * Whether the state of this tab may be behind the server: from each `markStale` until a read that began after it has
 * been applied.
 */
export class Freshness {
  private staleMarks = 1;
  private coveredMarks = 0;

  get isFresh(): boolean {
    return this.coveredMarks === this.staleMarks;
  }

  markStale(): void {
    this.staleMarks += 1;
  }

  /** Call when a read begins. @returns call it once the read is applied; true if that has made the tab fresh again */
  beginRead(): () => boolean {
    const { staleMarks } = this;
    return () => {
      const before = this.coveredMarks;
      this.coveredMarks = Math.max(before, staleMarks);
      return this.coveredMarks > before && this.isFresh;
    };
  }
}
