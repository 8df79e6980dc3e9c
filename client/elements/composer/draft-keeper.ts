import type { Draft, DraftBook, DraftContent } from './draft-book';

/** After the last change, where there are files: each save writes them anew; ms. */
const SAVE_FILES_AFTER_MS = 400;

export interface KeeperHooks {
  content(): DraftContent;
  /** Shows what was kept, or nothing. */
  show(draft: Draft | null, platformId: number): void;
  /** Whether what is shown may be replaced just now. */
  idle(): boolean;
}

/** Keeps what one composer has, and knows when another tab has made something else of it. */
export class DraftKeeper {
  private place: [userId: number, platformId: number] | null = null;
  /** Of the draft that is shown; null while there is none. */
  private savedAt: string | null = null;
  private timer = 0;
  private dirty = false;

  constructor(
    private readonly book: DraftBook,
    private readonly hooks: KeeperHooks,
  ) {}

  /** From now on it is the draft of this user and platform. What was written before it was known whose is theirs. */
  open(userId: number, platformId: number): Promise<void> {
    this.flush();
    this.place = [userId, platformId];
    this.savedAt = null;
    if (this.dirty) this.changed();
    return this.read();
  }

  /** The writing has begun when this returns. */
  close(): void {
    this.flush();
    this.place = null;
    this.savedAt = null;
    this.dirty = false;
  }

  /** Words are saved with each letter, for what a page begins to write as it closes is not sure to be kept. */
  changed(): void {
    this.dirty = true;
    window.clearTimeout(this.timer);
    if (this.hooks.content().files.length === 0) this.flush();
    else this.timer = window.setTimeout(() => this.flush(), SAVE_FILES_AFTER_MS);
  }

  flush(): void {
    window.clearTimeout(this.timer);
    if (!this.dirty || !this.place) return;
    this.dirty = false;
    this.savedAt = this.book.save(...this.place, this.hooks.content());
  }

  /** Shows the draft as it is now, where that is not what is shown already. */
  async read(): Promise<void> {
    const { place, savedAt } = this;
    if (!place) return;
    const draft = await this.book.load(...place);
    const same = this.savedAt === (draft?.savedAt ?? null);
    if (same || this.dirty || this.place !== place || this.savedAt !== savedAt || !this.hooks.idle()) return;
    this.savedAt = draft?.savedAt ?? null;
    this.hooks.show(draft, place[1]);
  }

  /** It is a draft for another platform now. */
  move(platformId: number): void {
    if (!this.place) return;
    this.book.remove(...this.place);
    this.place = [this.place[0], platformId];
    this.changed();
    this.flush();
  }

  /** @returns what is kept for another platform of the person */
  async at(platformId: number): Promise<Draft | null> {
    return this.place && this.book.load(this.place[0], platformId);
  }

  /** It was posted, or thrown away. */
  drop(): void {
    window.clearTimeout(this.timer);
    this.dirty = false;
    this.savedAt = null;
    if (this.place) this.book.remove(...this.place);
  }
}
