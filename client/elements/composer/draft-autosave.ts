import {
  type Draft,
  type DraftContent,
  type DraftPlace,
  type DraftRepository,
  hasContent,
  type Kept,
} from './draft-repository';
import { uuid } from './uuid';

/** Delay after the last change if there are files: each save writes them again; ms. */
const SAVE_FILES_AFTER_MS = 400;

/** Shown when the draft of this tab was removed by another. */
export const ENDED_ELSEWHERE = 'Posted or discarded in another tab.';

/** What one tab announces to the others about a draft. */
export interface DraftMessage {
  place: DraftPlace;
  id: string;
  /** Identifies the version of the draft. */
  savedAt: string;
  /** `finished`: the draft was posted or discarded. */
  kind: 'saved' | 'finished';
}

export interface AutosaveHooks {
  content(): DraftContent;
  /** Shows the draft, or an empty form. */
  show(draft: Draft | null): void;
  /** Whether the shown draft may be replaced now. */
  idle(): boolean;
  draw(): void;
  /** Reports how much of the draft the browser has stored. */
  kept(kept: Kept): void;
  /** Notifies the other tabs. */
  tell(message: DraftMessage): void;
  /** An empty form shows what another tab writes. */
  follows?: boolean;
}

interface Identity {
  id: string;
  key: string;
  /** Null while it is not stored. */
  savedAt: string | null;
}

/**
 * Saves the draft of one composer. A tab that changes a draft which it has not written itself continues it under a new
 * id, so that no two tabs ever write the same one; the `Idempotency-Key` stays that of the post.
 */
export class DraftAutosave {
  /** The other drafts for this platform, newest first. */
  others: Draft[] = [];
  private place: DraftPlace | null = null;
  private current: Identity = fresh();
  /** The shown draft was written in this tab, and not only read. */
  private own = false;
  private dirty = false;
  /** No draft has been read yet: the newest one will be shown. */
  private opening = false;
  /** The draft that this one continues, until that is removed. */
  private replaced: Identity | null = null;
  private timer = 0;

  constructor(
    private readonly repository: DraftRepository,
    private readonly hooks: AutosaveHooks,
  ) {}

  /** There are changes that have not been passed to the browser yet. */
  get isDirty(): boolean {
    return this.dirty;
  }

  /** Sent with the post. */
  get key(): string {
    return this.current.key;
  }

  /** From now on it is a draft of this user for this platform, including text that exists already. */
  open(place: DraftPlace): Promise<void> {
    this.flush();
    if (this.place) this.begin();
    this.place = place;
    this.others = [];
    this.opening = true;
    this.flush();
    return this.read();
  }

  /** The write has been started when this returns. */
  close(): void {
    this.flush();
    this.place = null;
    this.others = [];
    this.begin();
  }

  /**
   * Text is saved with each letter: a write that a page starts while it is closing may be lost.
   * @param byPerson false if only the upload status of a file has changed
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
    this.replaced = null;
    const written = hasContent(this.hooks.content());
    if (written) this.save(place);
    // Other tabs are notified after the removal, as they read the drafts at once.
    const removed = this.remove(place, replaced ?? (written ? null : current));
    if (!written) current.savedAt = null;
    const { id, savedAt } = current;
    void removed.then(() => this.hooks.tell({ place, id, savedAt: savedAt ?? '', kind: 'saved' }));
  }

  /** Updates the list of the other drafts, and the shown draft unless it has text of this tab. */
  async read(): Promise<void> {
    const { place, current } = this;
    const { savedAt } = current;
    if (!place) return;
    const drafts = await this.repository.list(place);
    if (this.place !== place) return;
    const kept = drafts.find(({ id }) => id === this.current.id);
    if (this.hooks.idle() && !this.dirty && this.current === current && savedAt === current.savedAt) {
      const written = this.own && hasContent(this.hooks.content());
      // Another tab may have continued it.
      const next = kept ?? drafts.find(({ key }) => key === current.key) ?? (this.opening ? drafts[0] : undefined);
      // Another tab has removed it: saved again, without a notification, as two tabs would otherwise answer each other
      // endlessly.
      if (written && !kept && savedAt) this.save(place);
      else if (!written && (next?.savedAt ?? null) !== savedAt) this.take(next ?? null);
      this.opening = false;
    }
    this.others = drafts.filter(({ id }) => id !== this.current.id);
    this.hooks.draw();
  }

  /** Makes it a draft for another platform, with a new key: the old key belongs to a post for the old platform. */
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

  /** Puts the shown draft into the list, and shows this one instead; null: a new one. */
  switchTo(draft: Draft | null): void {
    const { place } = this;
    if (!place) return;
    this.flush();
    this.take(draft);
    void this.read();
  }

  /** The same text will be sent as another post. */
  renewKey(): void {
    this.current.key = uuid();
    this.changed({ byPerson: false });
  }

  /** The draft was posted or discarded: clears it here and in other tabs. @returns its undo; null if nothing was stored */
  finish(): (() => void) | null {
    const { place, current, replaced } = this;
    this.flush();
    const { id, key, savedAt } = current;
    const content = structuredContent(this.hooks.content());
    this.begin();
    if (!place || !savedAt) return null;
    const draft = { ...content, id, key, savedAt };
    void this.remove(place, replaced);
    this.removeEverywhere(place, draft);
    return () => this.putBack(draft, place);
  }

  /** Stores it where it was. The composer shows it only if it still writes there: the platform may have changed. */
  private putBack(discarded: Draft, place: DraftPlace): void {
    // The tab that wrote it may have gone on with it.
    const draft = this.hooks.follows ? { ...discarded, id: uuid() } : discarded;
    const savedAt = this.repository.save(place, draft, this.hooks.kept) ?? draft.savedAt;
    if (this.isAt(place) && !hasContent(this.hooks.content())) this.take({ ...draft, savedAt });
    this.hooks.tell({ place, id: draft.id, savedAt, kind: 'saved' });
    void this.read();
  }

  /** Removes one of the other drafts. @returns its undo */
  discard(draft: Draft): () => void {
    const { place } = this;
    if (!place) return () => {};
    this.removeEverywhere(place, draft);
    return () => this.putBack(draft, place);
  }

  /** Handles a message of another tab. @returns whether the shown draft was removed */
  messageReceived({ place, id, savedAt, kind }: DraftMessage): boolean {
    if (!this.isAt(place)) return false;
    if (this.hooks.follows && !hasContent(this.hooks.content())) this.opening = true;
    const isShown = id === this.current.id && savedAt === this.current.savedAt;
    // What follows elsewhere may be discarded there, and is kept here by the tab that wrote it.
    const isTheirs = !this.hooks.follows || !this.own;
    if (kind === 'finished' && isShown && isTheirs && !this.dirty && this.hooks.idle()) {
      this.take(null);
      void this.read();
      return true;
    }
    void this.read();
    return false;
  }

  /** Other tabs are notified after the removal, as they read the drafts at once. */
  private removeEverywhere(place: DraftPlace, { id, savedAt }: Pick<Draft, 'id' | 'savedAt'>): void {
    void this.repository.remove(place, id, savedAt).then(() => {
      this.hooks.tell({ place, id, savedAt, kind: 'finished' });
      return this.read();
    });
  }

  private isAt({ userId, platformId }: DraftPlace): boolean {
    return this.place?.userId === userId && this.place.platformId === platformId;
  }

  private save(place: DraftPlace): void {
    const { id, key } = this.current;
    const draft = { id, key, ...this.hooks.content() };
    this.current.savedAt = this.repository.save(place, draft, this.hooks.kept);
  }

  private take(draft: Draft | null): void {
    this.begin();
    if (draft) this.current = { id: draft.id, key: draft.key, savedAt: draft.savedAt };
    this.hooks.show(draft);
  }

  private begin(): void {
    window.clearTimeout(this.timer);
    this.current = fresh();
    this.replaced = null;
    this.own = false;
    this.dirty = false;
    this.opening = false;
  }

  private async remove(place: DraftPlace, draft: Identity | null): Promise<void> {
    if (draft?.savedAt) await this.repository.remove(place, draft.id, draft.savedAt);
  }
}

function fresh(): Identity {
  return { id: uuid(), key: uuid(), savedAt: null };
}

/** A copy, as the editor continues with the next draft. */
function structuredContent({ text, files }: DraftContent): DraftContent {
  return { text: { ...text }, files: files.map((file) => ({ ...file })) };
}
