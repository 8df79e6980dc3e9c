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

  /** A reading begins. @returns to be called when it has been taken in */
  reading(): () => void {
    const { doubts } = this;
    return () => {
      this.settled = Math.max(this.settled, doubts);
    };
  }
}
