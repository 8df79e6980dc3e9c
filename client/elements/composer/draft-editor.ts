import type { DraftAutosave } from './draft-autosave';
import {
  type Draft,
  type DraftContent,
  type DraftPlace,
  hasContent,
  type Kept,
  type PostText,
} from './draft-repository';
import { createAutosave, drafts } from './drafts';
import { baseLanguage } from './languages';
import { MediaList, type MediaListHooks } from './media-list';

const EMPTY: PostText = {
  title: '',
  content: '',
  spoiler_text: '',
  visibility: 'public',
  language: baseLanguage(navigator.language),
};

export interface DraftEditorHooks extends Omit<MediaListHooks, 'keep'> {
  /** Whether the shown draft may be replaced by the version of another tab. */
  idle(): boolean;
  /** How much of the draft the browser stores has changed. */
  keptChanged(kept: Kept): void;
}

/** The post that is being written: text and files, and the draft that stores both. */
export class DraftEditor {
  text = EMPTY;
  /** How much of the last save the browser has stored; null until that is known. */
  kept: Kept | null = null;
  private place: DraftPlace<number> | null = null;
  /** An empty post with the last choices for this account. */
  private empty = EMPTY;
  /** When the restored draft was saved, as long as it is unchanged; ISO 8601. */
  restoredAt: string | null = null;
  readonly media: MediaList;
  readonly autosave: DraftAutosave;

  constructor(private readonly hooks: DraftEditorHooks) {
    this.media = new MediaList({ ...hooks, keep: () => this.autosave.changed({ byPerson: false }) });
    this.autosave = createAutosave({
      content: () => this.content,
      show: (draft) => this.show(draft),
      idle: hooks.idle,
      draw: hooks.draw,
      kept: (kept) => this.noteKept(kept),
    });
  }

  get hasContent(): boolean {
    return hasContent(this.content);
  }

  /** Everything that is shown is stored in the browser. */
  get isSaved(): boolean {
    return this.kept === 'all' && !this.autosave.isDirty && this.hasContent;
  }

  async open(place: DraftPlace<number>): Promise<void> {
    this.place = place;
    this.empty = EMPTY;
    if (!this.hasContent) this.text = EMPTY;
    void this.autosave.open(place);
    const choices = await drafts.choices(place);
    if (this.place !== place || !choices) return;
    this.empty = { ...EMPTY, ...choices };
    // Nothing was written or chosen since.
    if (this.text === EMPTY) this.text = this.empty;
    this.hooks.draw();
  }

  write(change: Partial<PostText>): void {
    this.text = { ...this.text, ...change };
    const { visibility, language } = this.text;
    if (this.place && ('visibility' in change || 'language' in change)) {
      drafts.saveChoices(this.place, { visibility, language });
    }
    this.touched();
  }

  /** Runs a change of the user to the files. */
  changeMedia(change: (media: MediaList) => void): void {
    change(this.media);
    this.touched();
  }

  /** The files must be uploaded for the other platform, and the draft belongs to it. */
  move(platformId: number): void {
    this.autosave.move(platformId);
    if (this.place) this.place = { ...this.place, platformId };
    this.media.reupload();
  }

  /** Discarded by the user; the server keeps the files for a day. @returns its undo; null if nothing was stored */
  discard(): (() => void) | null {
    const undo = this.autosave.finish();
    this.show(null);
    return undo;
  }

  /** Begins the next post, with the same choices. */
  posted(): void {
    const { visibility, language } = this.text;
    this.autosave.finish();
    this.show(null);
    this.text = { ...EMPTY, visibility, language };
    this.empty = this.text;
  }

  /** Clears the form, and keeps the draft in the store. */
  leave(): void {
    this.place = null;
    this.empty = EMPTY;
    this.autosave.close();
    this.show(null);
  }

  private get content(): DraftContent {
    return { text: this.text, files: this.media.kept };
  }

  private show(draft: Draft | null): void {
    this.media.clear();
    this.text = { ...this.empty, ...draft?.text };
    this.kept = null;
    this.restoredAt = draft?.savedAt ?? null;
    if (draft && this.place) this.media.restore(draft.files, this.place.platformId);
    this.hooks.draw();
  }

  private noteKept(kept: Kept): void {
    if (kept !== this.kept) this.hooks.keptChanged(kept);
    this.kept = kept;
    this.hooks.draw();
  }

  private touched(): void {
    this.restoredAt = null;
    this.autosave.changed();
    this.hooks.draw();
  }
}
