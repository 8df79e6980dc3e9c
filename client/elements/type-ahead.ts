/** Between two letters of one word. */
const PAUSE_MS = 600;

/** Finds an option by the letters that are typed, as native lists do. */
export class TypeAhead {
  private typed = '';
  private lastAt = Number.NEGATIVE_INFINITY;

  /** Whether a word is being typed, of which a space would be a letter. */
  isTyping(now: number): boolean {
    return this.typed !== '' && now - this.lastAt < PAUSE_MS;
  }

  /**
   * @param names of the options
   * @param at where the keyboard is
   * @param now milliseconds, of any clock
   * @returns where it goes; null when nothing begins so
   */
  press(key: string, names: readonly string[], at: number, now: number): number | null {
    if (!this.isTyping(now)) this.typed = '';
    this.lastAt = now;
    this.typed += key.toLocaleLowerCase();
    // One letter again and again walks through all that begin with it; a word narrows from where we are.
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
