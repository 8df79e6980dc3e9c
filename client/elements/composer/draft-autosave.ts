import {
  type Draft,
  type DraftContent,
  type DraftPlace,
  type DraftRepository,
  hasContent,
  type Kept,
} from './draft-repository';
import { uuid } from './uuid';

/** After the last change, where there are files: each save writes them again; ms. */
const SAVE_FILES_AFTER_MS = 400;

/** What one tab tells the others of a draft. */
export interface DraftMessage {
  place: DraftPlace;
  id: string;
  /** Of the state that is meant. */
  savedAt: string;
  /** `finished`: it was posted or discarded. */
  kind: 'saved' | 'finished';
}

export interface AutosaveHooks {
  content(): DraftContent;
  /** Shows what was kept, or nothing. */
  show(draft: Draft | null, platformId: number): void;
  /** Whether what is shown may be replaced just now. */
  idle(): boolean;
  draw(): void;
  /** How much of what was saved the browser has. */
  kept(kept: Kept): void;
  /** Tells the other tabs. */
  tell(message: DraftMessage): void;
}

interface Identity {
  id: string;
  key: string;
  /** Null while nothing of it is kept. */
  savedAt: string | null;
}

/**
 * Keeps what one composer has. A tab that changes a draft which it has not written itself goes on with it under an id
 * of its own, so that no two tabs ever write the same one; the `Idempotency-Key` stays that of the post.
 */
export class DraftAutosave {
  /** The other drafts for this platform, newest first. */
  others: Draft[] = [];
  private place: DraftPlace | null = null;
  private current: Identity = fresh();
  /** What is shown was written in this tab, and not only read. */
  private own = false;
  private dirty = false;
  /** Nothing has been read yet: the newest draft is shown then. */
  private opening = false;
  /** The draft that this one goes on from, until that is removed. */
  private replaced: Identity | null = null;
  private timer = 0;

  constructor(
    private readonly repository: DraftRepository,
    private readonly hooks: AutosaveHooks,
  ) {}

  /** Something is written that has not been given to the browser yet. */
  get isDirty(): boolean {
    return this.dirty;
  }

  /** Sent with the post. */
  get key(): string {
    return this.current.key;
  }

  /** From now on it is a draft of this user for this platform; what is written already is one of them. */
  open(place: DraftPlace): Promise<void> {
    this.flush();
    if (this.place) this.begin();
    this.place = place;
    this.others = [];
    this.opening = true;
    this.flush();
    return this.read();
  }

  /** The writing has begun when this returns. */
  close(): void {
    this.flush();
    this.place = null;
    this.others = [];
    this.begin();
  }

  /**
   * Words are saved with each letter, for what a page begins to write as it closes is not sure to be kept.
   * @param byPerson not so where only the way of a file to the server has changed
   */
  changed({ byPerson } = { byPerson: true }): void {
    this.dirty = true;
    if (byPerson && !this.own) {
      this.own = true;
      if (this.current.savedAt) this.replaced = this.current;
      this.current = { ...this.current, id: uuid(), savedAt: null };
    }
    window.clearTimeout(this.timer);
    if (this.hooks.content().files.length === 0) this.flush();
    else this.timer = window.setTimeout(() => this.flush(), SAVE_FILES_AFTER_MS);
  }

  flush(): void {
    window.clearTimeout(this.timer);
    const { place, current, replaced } = this;
    if (!this.dirty || !place) return;
    this.dirty = false;
    if (hasContent(this.hooks.content())) {
      this.save(place);
    } else {
      void this.remove(place, current);
      current.savedAt = null;
    }
    this.replaced = null;
    if (replaced) void this.remove(place, replaced);
    this.tell('saved', place);
  }

  /** Shows the draft as it is now, and which others there are; but words of this tab stay. */
  async read(): Promise<void> {
    const { place, current } = this;
    const { savedAt } = current;
    if (!place) return;
    const drafts = await this.repository.list(place);
    if (this.place !== place) return;
    const kept = drafts.find(({ id }) => id === this.current.id);
    if (this.hooks.idle() && !this.dirty && this.current === current && savedAt === current.savedAt) {
      const written = this.own && hasContent(this.hooks.content());
      // Another tab may have gone on with it.
      const next = kept ?? drafts.find(({ key }) => key === current.key) ?? (this.opening ? drafts[0] : undefined);
      // Another tab has removed it. Said to nobody: two tabs would answer each other without end.
      if (written && !kept && savedAt) this.save(place);
      else if (!written && (next?.savedAt ?? null) !== savedAt) this.take(next ?? null, place);
      this.opening = false;
    }
    this.others = drafts.filter(({ id }) => id !== this.current.id);
    this.hooks.draw();
  }

  /** It is a draft for another platform now, and a new post of its own: the key of the old one was for the old platform. */
  move(platformId: number): void {
    const { place, current } = this;
    if (!place) return;
    this.flush();
    this.place = { ...place, platformId };
    this.current = fresh();
    this.own = true;
    this.dirty = true;
    this.flush();
    void this.remove(place, current);
    void this.read();
  }

  /** What is written goes to the list of drafts, and this one comes up in its place; null: a new one. */
  switchTo(draft: Draft | null): void {
    const { place } = this;
    if (!place) return;
    this.flush();
    this.take(draft, place);
    void this.read();
  }

  /** The same words as another post. */
  renewKey(): void {
    this.current.key = uuid();
    this.changed({ byPerson: false });
  }

  /** It was posted or discarded: here, and wherever the same is shown. @returns it, for an undo */
  finish(): Draft | null {
    const { place, current, replaced } = this;
    this.flush();
    const { id, key, savedAt } = current;
    const draft = savedAt && { ...structuredContent(this.hooks.content()), id, key, savedAt };
    this.begin();
    if (!place || !savedAt) return null;
    if (replaced) void this.remove(place, replaced);
    // Only now, for who hears it may look.
    void this.remove(place, current).then(() => {
      this.hooks.tell({ place, id, savedAt, kind: 'finished' });
      return this.read();
    });
    return draft || null;
  }

  /** Undoes `finish`. */
  putBack(draft: Draft): void {
    const { place } = this;
    if (!place) return;
    const { id, key } = draft;
    const savedAt = this.repository.save(place, draft, this.hooks.kept);
    if (!hasContent(this.hooks.content())) this.take({ ...draft, savedAt: savedAt ?? draft.savedAt }, place);
    this.hooks.tell({ place, id, savedAt: savedAt ?? key, kind: 'saved' });
    void this.read();
  }

  /** Removes one of the others. @returns its undo */
  discard(draft: Draft): () => void {
    const { place } = this;
    if (!place) return () => {};
    const { id, savedAt } = draft;
    void this.repository.remove(place, id, savedAt).then(() => {
      this.hooks.tell({ place, id, savedAt, kind: 'finished' });
      return this.read();
    });
    return () => this.putBack(draft);
  }

  /** Another tab tells something. @returns whether what was shown is gone now */
  messageReceived({ place, id, savedAt, kind }: DraftMessage): boolean {
    const own = this.place;
    if (!own || own.userId !== place.userId || own.platformId !== place.platformId) return false;
    const isShown = id === this.current.id && savedAt === this.current.savedAt;
    if (kind === 'finished' && isShown && !this.dirty && this.hooks.idle()) {
      this.take(null, own);
      void this.read();
      return true;
    }
    void this.read();
    return false;
  }

  private save(place: DraftPlace): void {
    const { id, key } = this.current;
    const draft = { id, key, ...this.hooks.content() };
    this.current.savedAt = this.repository.save(place, draft, this.hooks.kept);
  }

  private take(draft: Draft | null, place: DraftPlace): void {
    this.begin();
    if (draft) this.current = { id: draft.id, key: draft.key, savedAt: draft.savedAt };
    this.hooks.show(draft, place.platformId);
  }

  private begin(): void {
    window.clearTimeout(this.timer);
    this.current = fresh();
    this.replaced = null;
    this.own = false;
    this.dirty = false;
    this.opening = false;
  }

  private async remove(place: DraftPlace, { id, savedAt }: Identity): Promise<void> {
    if (savedAt) await this.repository.remove(place, id, savedAt);
  }

  private tell(kind: DraftMessage['kind'], place: DraftPlace): void {
    const { id, savedAt } = this.current;
    this.hooks.tell({ place, id, savedAt: savedAt ?? '', kind });
  }
}

function fresh(): Identity {
  return { id: uuid(), key: uuid(), savedAt: null };
}

/** As it is now: the editor goes on with the next one. */
function structuredContent({ text, files }: DraftContent): DraftContent {
  return { text: { ...text }, files: files.map((file) => ({ ...file })) };
}
