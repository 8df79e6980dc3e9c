/**
 * Whether what this tab knows may be behind the server: from each doubt on, until a reading that began after it has
 * been taken in.
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

  /** A reading begins. @returns to be called when it has been taken in: whether that has ended the last doubt */
  beginRead(): () => boolean {
    const { staleMarks } = this;
    return () => {
      const before = this.coveredMarks;
      this.coveredMarks = Math.max(before, staleMarks);
      return this.coveredMarks > before && this.isFresh;
    };
  }
}
