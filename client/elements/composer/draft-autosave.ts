import { type Draft, type DraftContent, type DraftRepository, hasContent, mergeDrafts } from './draft-repository';

/** After the last change, where there are files: each save writes them anew; ms. */
const SAVE_FILES_AFTER_MS = 400;

type Place = [userId: number, platformId: number];

/** What one tab tells the others of a draft. */
export interface DraftMessage {
  place: Place;
  /** Its words and files; those who show the very same are meant. */
  print: string;
  /** `kept`: it was not sent after all. `gone`: it was, or was thrown away. */
  word: 'sending' | 'kept' | 'gone';
}

export interface DraftAutosaveHooks {
  content(): DraftContent;
  /** Shows what was kept, or nothing. */
  show(draft: Draft | null, platformId: number): void;
  /** Whether what is shown may be replaced just now. */
  idle(): boolean;
  /** Tells the other tabs. */
  tell(news: DraftMessage): void;
}

/** Keeps what one composer has, and knows when another tab has made something else of it. */
export class DraftAutosave {
  private place: Place | null = null;
  /** Of the draft that is shown; null while there is none. */
  private savedAt: string | null = null;
  private timer = 0;
  private dirty = false;
  /** Nothing is saved over what is kept there before it is known. */
  private unread = false;
  /** What is shown was changed in this tab, and not only read. */
  private own = false;
  /** What is being sent, or may have been sent: by another tab, or by this one without an answer. */
  private sent: string | null = null;
  /** What went elsewhere while it was shown here in a busy moment. */
  private gone: string | null = null;

  constructor(
    private readonly book: DraftRepository,
    private readonly hooks: DraftAutosaveHooks,
  ) {}

  /** From now on it is the draft of this user and platform. What was written before it was known whose is theirs. */
  open(userId: number, platformId: number): Promise<void> {
    this.flush();
    this.place = [userId, platformId];
    this.forget();
    this.unread = true;
    return this.read();
  }

  /** The writing has begun when this returns. */
  close(): void {
    this.flush();
    this.place = null;
    this.forget();
    this.dirty = false;
  }

  /** Words are saved with each letter, for what a page begins to write as it closes is not sure to be kept. */
  changed(): void {
    this.dirty = true;
    this.own = true;
    window.clearTimeout(this.timer);
    if (this.hooks.content().files.length === 0) this.flush();
    else this.timer = window.setTimeout(() => this.flush(), SAVE_FILES_AFTER_MS);
  }

  flush(): void {
    window.clearTimeout(this.timer);
    if (!this.dirty || !this.place || this.unread) return;
    this.dirty = false;
    this.savedAt = this.book.save(...this.place, this.hooks.content(), this.savedAt);
  }

  /** Shows the draft as it is now; but words of this tab stay, and are the draft again: nobody else shows them. */
  async read(): Promise<void> {
    const { place, savedAt } = this;
    if (!place || (this.gone === fingerprintOf(this.hooks.content()) && this.follow(place))) return;
    const draft = await this.book.load(...place);
    if (this.place !== place || !this.hooks.idle()) return;
    if (this.unread) return this.begin(draft, place);
    const same = this.savedAt === (draft?.savedAt ?? null);
    if (same || this.dirty || this.savedAt !== savedAt) return;
    if (this.own && hasContent(this.hooks.content())) this.changed();
    else this.take(draft, place);
  }

  /** It is a draft for another platform now. The other tabs are told nothing: theirs may stay. */
  move(platformId: number): void {
    const { place, savedAt } = this;
    if (!place) return;
    if (savedAt) void this.book.remove(...place, savedAt);
    this.place = [place[0], platformId];
    this.forget();
    this.unread = false;
    this.changed();
    this.flush();
  }

  /** @returns what is kept for another platform of the person */
  async at(platformId: number): Promise<Draft | null> {
    return this.place && this.book.load(this.place[0], platformId);
  }

  /** It was posted, or thrown away: here, and wherever the same is shown. What another tab has made of it comes up. */
  async drop(): Promise<void> {
    const { place, savedAt } = this;
    const news = this.news('gone');
    window.clearTimeout(this.timer);
    this.dirty = false;
    this.forget();
    if (!place || !news) return;
    if (savedAt) await this.book.remove(...place, savedAt);
    // Only now, for who hears it may look.
    this.hooks.tell(news);
    await this.read();
  }

  notifyTabs(word: 'sending' | 'kept'): void {
    const news = this.news(word);
    if (!news) return;
    this.sent = word === 'sending' ? news.print : null;
    this.hooks.tell(news);
  }

  /** What is shown, and whose: the same in two tabs is one post. */
  get shown(): string {
    return `${this.place} ${fingerprintOf(this.hooks.content())}`;
  }

  /** Whether the very same may have been sent, or is about to be. */
  get wasSent(): boolean {
    return this.sent === fingerprintOf(this.hooks.content());
  }

  /** Another tab tells something. @returns whether what was shown is gone now */
  messageReceived({ place, print, word }: DraftMessage): boolean {
    if (!this.place || String(place) !== String(this.place)) return false;
    if (word !== 'gone') this.sent = word === 'sending' ? print : null;
    else if (print === fingerprintOf(this.hooks.content())) return this.follow(this.place);
    else if (this.own && hasContent(this.hooks.content())) void this.remain(this.place);
    else void this.read();
    return false;
  }

  /** What is shown here is gone with what was the same elsewhere. */
  private follow(place: Place): boolean {
    this.gone = fingerprintOf(this.hooks.content());
    if (!this.hooks.idle()) return false;
    window.clearTimeout(this.timer);
    this.dirty = false;
    if (this.savedAt) void this.book.remove(...place, this.savedAt);
    this.take(null, place);
    this.gone = null;
    return true;
  }

  /** Other words than those that are gone: they are the draft, if there is no newer one. */
  private async remain(place: Place): Promise<void> {
    const draft = await this.book.load(...place);
    if (!draft && this.place === place) this.changed();
  }

  /** What was written before the draft was read comes after it: neither is lost. */
  private begin(draft: Draft | null, place: Place): void {
    const { dirty } = this;
    this.unread = false;
    if (draft) this.take(dirty ? mergeDrafts(draft, this.hooks.content()) : draft, place);
    if (dirty) this.changed();
  }

  private take(draft: Draft | null, place: Place): void {
    this.savedAt = draft?.savedAt ?? null;
    this.own = false;
    this.hooks.show(draft, place[1]);
  }

  private forget(): void {
    this.savedAt = null;
    this.own = false;
    this.sent = null;
    this.gone = null;
  }

  private news(word: DraftMessage['word']): DraftMessage | null {
    return this.place && { place: this.place, print: fingerprintOf(this.hooks.content()), word };
  }
}

/** Whoever sees the same of two drafts takes them for one. */
function fingerprintOf({ text: { title, content, spoiler_text }, files }: DraftContent): string {
  return JSON.stringify([
    title,
    content,
    spoiler_text,
    files.map(({ file, altText }) => [file.name, file.size, altText]),
  ]);
}
