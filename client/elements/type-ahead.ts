/** Longest pause between two letters of one word. */
const PAUSE_MS = 600;

/** Finds an option by typed letters, as native lists do. */
export class TypeAhead {
  private typed = '';
  private lastAt = Number.NEGATIVE_INFINITY;

  /** Whether a word is being typed, so that a space is a letter. */
  isTyping(now: number): boolean {
    return this.typed !== '' && now - this.lastAt < PAUSE_MS;
  }

  /**
   * @param names of the options
   * @param at index of the active option
   * @param now milliseconds, of any clock
   * @returns the index of the match; null if there is none
   */
  press(key: string, names: readonly string[], at: number, now: number): number | null {
    if (!this.isTyping(now)) this.typed = '';
    this.lastAt = now;
    this.typed += key.toLocaleLowerCase();
    // Repeating one letter steps through all options that begin with it; a longer word is matched from the active
    // option on.
    const repeated = this.typed.length > 1 && new Set(this.typed).size === 1;
    const wanted = repeated ? this.typed.slice(0, 1) : this.typed;
    const from = this.typed.length === 1 || repeated ? at + 1 : at;
    for (let step = 0; step < names.length; step++) {
      const index = (from + step) % names.length;
      if (names[index]?.toLocaleLowerCase().startsWith(wanted)) return index;
    }
    return null;
  }
}
