/**
 * Whether what this tab knows may be behind the server: from each doubt on, until a reading that began after it has
 * been taken in.
 */
export class Freshness {
  private doubts = 1;
  private settled = 0;

  get fresh(): boolean {
    return this.settled === this.doubts;
  }

  doubt(): void {
    this.doubts += 1;
  }

  /** A reading begins. @returns to be called when it has been taken in: whether that has ended a doubt */
  reading(): () => boolean {
    const { doubts } = this;
    return () => {
      const before = this.settled;
      this.settled = Math.max(before, doubts);
      return this.settled > before;
    };
  }
}
